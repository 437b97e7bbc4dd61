// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A line on standard error while weights are loaded: on a terminal, or where it takes long.
#pragma once

#include <chrono>
#include <cstdint>

#include "console/standard_streams.hpp"

namespace tenon::samples {

class load_progress {
 public:
  /// A tenon_progress whose context is a load_progress.
  static void told(void* context, std::uint64_t done, std::uint64_t total);
  /// Takes the line off a terminal.
  void finish() { line_.clear(); }

 private:
  using clock = std::chrono::steady_clock;
  void tell(std::uint64_t done, std::uint64_t total);

  clock::time_point start_ = clock::now();
  status_line line_;
};

}  // namespace tenon::samples
