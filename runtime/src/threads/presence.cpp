// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See presence.hpp. A thread writes its state, then reads which call is open; the closer writes
// that none is, then reads the states. All four are sequentially consistent, so either the thread
// sees that the call is over, or the closer sees that it is inside.
#include "presence.hpp"

namespace tenon::runtime::detail {

void presence::open() {
  if (++last_call_ == 0) last_call_ = 1;
  open_call_.store(last_call_, std::memory_order_seq_cst);
}

void presence::close() {
  open_call_.store(0, std::memory_order_seq_cst);
  for (const lane& each : lanes_)
    for (;;) {
      const std::uint32_t left = left_.load();
      if (each.state.load(std::memory_order_seq_cst) != inside) break;
      left_.wait_past(left, polling_);
    }
}

bool presence::join(int thread) {
  lane& own = lane_of(thread);
  std::uint32_t expected = out;
  if (!own.state.compare_exchange_strong(expected, inside, std::memory_order_seq_cst)) return false;
  own.call = open_call_.load(std::memory_order_seq_cst);
  own.is_over = false;
  if (own.call != 0) return true;
  leave(thread);
  return false;
}

void presence::leave(int thread) {
  lane_of(thread).state.store(out, std::memory_order_seq_cst);
  tell_closer();
}

void presence::step_aside(int thread) {
  lane_of(thread).state.store(aside, std::memory_order_seq_cst);
  tell_closer();
}

bool presence::step_back(int thread) {
  lane& own = lane_of(thread);
  own.state.store(inside, std::memory_order_seq_cst);
  if (open_call_.load(std::memory_order_seq_cst) == own.call) return true;
  own.is_over = true;
  step_aside(thread);
  return false;
}

void presence::tell_closer() {
  if (open_call_.load(std::memory_order_seq_cst) == 0) left_.advance();
}

}  // namespace tenon::runtime::detail
