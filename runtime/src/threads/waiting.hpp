// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How threads wait: they spin for a bounded while, then sleep in the kernel. Spinning alone
// collapses when there are more threads than cores; sleeping alone costs tens of microseconds.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tenon::runtime::detail {

/// How many times a waiter polls before it sleeps, learnt from the waits so far. A wait of many
/// times the polling is for a thread that has no core just now, or for a call that does not come;
/// polling only takes a core away then. So the bound shrinks to a quarter. It grows back by a 64th
/// with each wait that polling saw the end of, and doubles with each that ended soon after:
/// sleeping costs each side more than such a wait. Shared by all waiters; a lost update does no
/// harm.
class patience {
 public:
  explicit patience(int most) : most_(most), polls_(most) {}
  [[nodiscard]] int polls() const { return polls_.load(std::memory_order_relaxed); }
  void was_short() {
    if (const int now = polls(); now < most_) set(now + now / 64 + 1);
  }
  /// The wait went on for so long after the polling.
  void slept(std::chrono::nanoseconds time);

 private:
  static constexpr int least = 16;
  void set(int polls) { polls_.store(polls < most_ ? polls : most_, std::memory_order_relaxed); }

  const int most_;
  std::atomic<int> polls_;
};

/// A counter that threads wait on.
class counter {
 public:
  [[nodiscard]] std::uint32_t load() const { return value_.load(std::memory_order_acquire); }
  /// Adds one and wakes whoever sleeps.
  void advance();
  /// Returns when the value is no longer `seen`; polls as long as `patience` says, then sleeps.
  void wait_past(std::uint32_t seen, patience& polling);

 private:
  std::atomic<std::uint32_t> value_{0};
  std::atomic<bool> has_sleepers_{false};  // at least since the last advance
};

/// What a thread does between two looks at a value that another will change.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

/// The most polls for `n_threads` threads on `cores` CPUs: some 100 us where each has a CPU, more
/// than running threads differ at the end of a phase; hardly any where they share.
int most_polls(int n_threads, int cores);

}  // namespace tenon::runtime::detail
