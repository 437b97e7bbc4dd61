// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shares of a stage, and who computes them. A call goes through stages: kernels, or parts of
// one that need what all shares of the part before wrote. Each thread begins with the share of its
// own number, so that a share stays in one core's caches, then takes what others have not begun:
// one that gets no core holds up nobody, unless it lost it amid a share.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include "presence.hpp"

namespace tenon::runtime::detail {

class shares {
 public:
  shares(int n_threads, int most_polls, presence& threads);

  /// By the caller, before presence opens a call: each of its stages has `n` shares. Whether the
  /// ends of shares are to be noted.
  void begin(int n, bool timed);
  /// By a thread that has joined.
  void join(int thread);
  /// The share that the thread computes next of its stage; -1 when all of the stage are computed,
  /// the next call is about the stage after it then. What it got before is computed by now.
  std::int32_t next(int thread);
  /// Whether another thread has computed a share of a stage that this one came to, in this call.
  [[nodiscard]] bool had_help(int thread) const { return lane_of(thread).had_help; }
  /// When the thread last ended a share, in ns of the steady clock; 0 before its first in a call.
  [[nodiscard]] std::uint64_t ended_at(int thread) const { return lane_of(thread).ended_at; }

 private:
  struct alignas(64) share {
    std::atomic<std::uint32_t> taken{0};  // the last stage in which it was
  };
  struct alignas(64) lane {  // of a thread, no other's
    std::uint32_t stage = 0;
    int held = 0;           // shares of this stage so far
    bool holds = false;     // one of them now
    bool helps = false;     // took all of the last stage
    bool had_help = false;  // in a stage of this call
    std::uint64_t ended_at = 0;
  };
  lane& lane_of(int thread) { return lanes_[static_cast<std::size_t>(thread)]; }
  [[nodiscard]] const lane& lane_of(int thread) const {
    return lanes_[static_cast<std::size_t>(thread)];
  }
  bool take(int number, std::uint32_t stage);
  static std::int32_t hold(lane& own, int number);
  void end_share(lane& own);
  bool ends_soon(std::uint32_t stage) const;

  presence& threads_;
  std::vector<share> shares_;
  std::vector<lane> lanes_;
  int n_ = 0;  // shares of a stage
  bool timed_ = false;
  std::uint32_t first_ = 1;                // stage of the call
  alignas(64) std::atomic<int> ended_{0};  // shares of the stage at hand
  alignas(64) counter stage_;  // its own line: waiters read it while others end their shares
  alignas(64) patience polling_;
};

}  // namespace tenon::runtime::detail
