// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See shares.hpp.
#include "shares.hpp"

#include <chrono>

namespace tenon::runtime::detail {
namespace {

// Polls, about 1 us, before a thread that has nothing of its own left looks for what others have
// not begun: running threads begin within that, and to look at their shares would slow them down.
constexpr int polls_before_help = 32;

std::uint64_t now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

}  // namespace

shares::shares(int n_threads, int most_polls, presence& threads)
    : threads_(threads),
      shares_(static_cast<std::size_t>(n_threads)),
      lanes_(static_cast<std::size_t>(n_threads)),
      polling_(most_polls) {
  stage_.advance();  // stage 1: shares were taken in stage 0
}

// Shares that the last calls did not have were last taken in an older stage. Nobody is inside, so
// nobody takes any.
void shares::begin(int n, bool timed) {
  first_ = stage_.load();
  for (int i = n_; i < n; ++i)
    shares_[static_cast<std::size_t>(i)].taken.store(first_ - 1, std::memory_order_relaxed);
  n_ = n;
  timed_ = timed;
}

void shares::join(int thread) { lane_of(thread) = lane{first_}; }

// In a stage all shares are taken before it ends, so each was taken in the one before.
bool shares::take(int number, std::uint32_t stage) {
  std::atomic<std::uint32_t>& taken = shares_[static_cast<std::size_t>(number)].taken;
  std::uint32_t before = stage - 1;
  return taken.load(std::memory_order_relaxed) == before &&
         taken.compare_exchange_strong(before, stage, std::memory_order_relaxed);
}

void shares::end_share(lane& own) {
  own.holds = false;
  if (timed_) own.ended_at = now();
  if (ended_.fetch_add(1, std::memory_order_acq_rel) + 1 != n_) return;
  ended_.store(0, std::memory_order_relaxed);  // published by the advance
  stage_.advance();
}

bool shares::ends_soon(std::uint32_t stage) const {
  for (int left = polls_before_help; left > 0; --left) {
    if (stage_.load() != stage) return true;
    pause();
  }
  return false;
}

std::int32_t shares::next(int thread) {
  if (threads_.is_over(thread)) return -1;
  lane& own = lane_of(thread);
  if (own.holds) end_share(own);
  if (stage_.load() == own.stage) {
    if (take(thread, own.stage)) return hold(own, thread);
    if (own.helps || !ends_soon(own.stage)) {
      for (int i = 1; i < n_; ++i) {
        const int other = thread + i < n_ ? thread + i : thread + i - n_;
        if (!take(other, own.stage)) continue;
        own.helps = true;
        return hold(own, other);
      }
      threads_.step_aside(thread);
      stage_.wait_past(own.stage, polling_);
      if (!threads_.step_back(thread)) return -1;
    }
  }
  if (own.held < n_) own.helps = false, own.had_help = true;
  own.held = 0;
  ++own.stage;
  return -1;
}

std::int32_t shares::hold(lane& own, int number) {
  own.holds = true;
  ++own.held;
  return number;
}

}  // namespace tenon::runtime::detail
