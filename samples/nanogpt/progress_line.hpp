// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The line that says how far training is: renewed on a terminal, now and then in a file.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tenon::samples {

class progress_line {
 public:
  struct values {
    std::int64_t step, max_iters;
    double loss, learning_rate, tokens_per_second, seconds_left;
  };
  /// Writes to standard error, at most ten times a second on a terminal and every two seconds
  /// elsewhere.
  void tell(const values& now);
  /// Takes the line off a terminal, before something else is written.
  void clear();

 private:
  using clock = std::chrono::steady_clock;
  clock::time_point last_ = clock::now();
  bool on_line_ = false;
};

/// "1:05:09", "2:31"
std::string duration_text(double seconds);

}  // namespace tenon::samples
