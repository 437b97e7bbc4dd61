// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which threads are inside the call at hand. A call ends without those that wait for others, or
// have not come yet: a thread that got no core for a while holds up nobody.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "waiting.hpp"

namespace tenon::runtime::detail {

class presence {
 public:
  presence(int n_threads, int most_polls)
      : lanes_(static_cast<std::size_t>(n_threads)), polling_(most_polls) {}

  /// By the caller, one after the other: a call begins; it ends, when all that are inside have left
  /// or stepped aside.
  void open();
  void close();

  /// By a thread, which is inside from a join that returned true until it leaves. False: no call is
  /// on, or the thread is in one already.
  bool join(int thread);
  void leave(int thread);
  /// In between it may step aside, where it touches nothing of the call; step_back says whether the
  /// call is still on. After a false it must touch nothing of the call again.
  void step_aside(int thread);
  bool step_back(int thread);
  /// Whether step_back has said false since the join.
  [[nodiscard]] bool is_over(int thread) const { return lane_of(thread).is_over; }

 private:
  enum state : std::uint32_t { out, inside, aside };
  struct alignas(64) lane {  // its thread's, which alone writes to it
    std::atomic<std::uint32_t> state{out};
    std::uint32_t call = 0;
    bool is_over = false;
  };
  lane& lane_of(int thread) { return lanes_[static_cast<std::size_t>(thread)]; }
  [[nodiscard]] const lane& lane_of(int thread) const {
    return lanes_[static_cast<std::size_t>(thread)];
  }
  void tell_closer();

  std::vector<lane> lanes_;
  std::uint32_t last_call_ = 0;
  alignas(64) std::atomic<std::uint32_t> open_call_{0};  // 0: none
  counter left_;                                         // threads that left while it was closing
  patience polling_;
};

}  // namespace tenon::runtime::detail
