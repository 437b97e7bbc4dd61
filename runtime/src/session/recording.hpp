// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory of a profile: calls, and each thread's slices of kernels, of which generated code
// tells.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <tenon/runtime/profile.h>

#include "model/checks.hpp"

namespace tenon::runtime::detail {

class recording {
 public:
  /// Memory for that many calls of whichever entry has the most kernels.
  recording(const tenon_model& model, int n_threads, std::size_t max_calls);

  /// Whether there is room for a call; if so it has begun and is to be ended or dropped.
  bool begin(const checked_call& call, std::uint32_t entry);
  void end();
  void drop();

  /// By a thread of the call: it comes to a kernel; all of that is computed, and the thread ended
  /// the last of its shares at that time. Where it got none there is no slice.
  void begin_kernel(std::int32_t thread, std::uint32_t kernel, std::int32_t layer);
  void end_kernel(std::int32_t thread, std::uint64_t ended_at);

  [[nodiscard]] std::uint64_t calls(const tenon_recorded_call*& first) const;
  [[nodiscard]] std::uint64_t slices(std::int32_t thread, const tenon_slice*& first) const;

 private:
  struct alignas(64) lane {  // of one thread; no other writes to its line
    std::vector<tenon_slice> slices;
    std::size_t count = 0, count_before = 0;  // now, and when the call began
  };
  std::vector<lane> lanes_;
  std::vector<tenon_recorded_call> calls_;
  std::vector<std::int64_t> dims_;  // of all calls
  std::size_t n_calls_ = 0;
};

}  // namespace tenon::runtime::detail
