// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See waiting.hpp.
#include "waiting.hpp"

#include <climits>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tenon::runtime::detail {
namespace {

// Running threads never differ so much at the end of a phase that polling would have been of use.
constexpr std::chrono::microseconds long_wait(500);
// The most polls take about as long, so they would have seen the end of a shorter sleep. Without
// this a few long waits made all later ones sleep: GPT-2 124M in bf16, two threads of a Zen 4, lost
// 0.5 to 3 ms of a token of 4.5 to 7.5.
constexpr std::chrono::microseconds short_sleep(100);

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) {
  // Errors need no answer: a wait that returns early is checked again by its loop.
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), operation | FUTEX_PRIVATE_FLAG, value,
          nullptr, nullptr, 0);
}

}  // namespace

void patience::slept(std::chrono::nanoseconds time) {
  const int now = polls();
  if (time > long_wait && now > least) set(now / 4);
  if (time < short_sleep) set(2 * now + 1);
}

// advance() and wait_past() each write one word and then read the other, both sequentially
// consistent: either the sleeper is seen and woken, or it sees the new value and does not sleep.
// Whoever wakes takes the mark away, so that no later advance calls the kernel for a sleeper that
// is awake but has no core yet.
void counter::advance() {
  value_.fetch_add(1, std::memory_order_seq_cst);
  if (!has_sleepers_.load(std::memory_order_seq_cst)) return;
  has_sleepers_.store(false, std::memory_order_seq_cst);
  futex(&value_, FUTEX_WAKE, INT_MAX);
}

void counter::wait_past(std::uint32_t seen, patience& polling) {
  for (int left = polling.polls(); left > 0; --left) {
    if (value_.load(std::memory_order_acquire) != seen) return polling.was_short();
    pause();
  }
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    has_sleepers_.store(true, std::memory_order_seq_cst);
    if (value_.load(std::memory_order_seq_cst) != seen) break;
    futex(&value_, FUTEX_WAIT, seen);
  }
  polling.slept(std::chrono::steady_clock::now() - start);
}

int most_polls(int n_threads, int cores) { return n_threads <= cores ? 8000 : 20; }

}  // namespace tenon::runtime::detail
