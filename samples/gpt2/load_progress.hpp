// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A line on standard error while weights are loaded: on a terminal, or where it takes long.
#pragma once

#include <chrono>
#include <cstdint>

namespace tenon::samples {

class load_progress {
 public:
  /// A tenon_progress whose context is a load_progress.
  static void told(void* context, std::uint64_t done, std::uint64_t total);
  /// Takes the line off a terminal.
  void finish();

 private:
  using clock = std::chrono::steady_clock;
  void tell(std::uint64_t done, std::uint64_t total);

  clock::time_point start_ = clock::now(), last_ = start_;
  bool on_line_ = false;  // a line of a terminal is begun and not ended
};

}  // namespace tenon::samples
