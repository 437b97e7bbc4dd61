// Meeting points for threads: spin for a bounded while, then sleep in the kernel. Spinning alone
// collapses when there are more threads than cores; sleeping alone costs tens of microseconds.
#pragma once
#include <atomic>
#include <cstdint>

namespace tenon::runtime::detail {

/// A counter that threads wait on.
class counter {
 public:
  [[nodiscard]] std::uint32_t load() const { return value_.load(std::memory_order_acquire); }
  /// Adds one and wakes whoever sleeps.
  void advance();
  /// Returns when the value is no longer `seen`; polls `spins` times before it sleeps.
  void wait_past(std::uint32_t seen, int spins);

 private:
  std::atomic<std::uint32_t> value_{0};
  std::atomic<std::uint32_t> sleepers_{0};
};

/// Lets `n` threads pass only together. Reusable.
class barrier {
 public:
  barrier(int n_threads, int spins) : n_(n_threads), spins_(spins) {}
  void wait();

 private:
  const int n_, spins_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) counter phase_;  // its own line: waiters read it while others arrive
};

/// How long to poll for `n_threads` threads on `cores` CPUs: briefly where each has a CPU (some
/// 100 us, longer than a phase or the sampling between two steps), hardly where they share.
int spin_limit(int n_threads, int cores);

}  // namespace tenon::runtime::detail
