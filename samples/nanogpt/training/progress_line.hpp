// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The line that says how far training is: renewed on a terminal, now and then in a file.
#pragma once

#include <cstdint>
#include <string>

#include "console/standard_streams.hpp"

namespace tenon::samples {

class progress_line {
 public:
  struct values {
    std::int64_t step, max_iters;
    double loss, learning_rate, tokens_per_second, seconds_left;
  };
  void tell(const values& now);
  /// Takes the line off a terminal, before something else is written.
  void clear() { line_.clear(); }

 private:
  status_line line_;
};

/// "1:05:09", "2:31"; from two days on "97 days"
std::string duration_text(double seconds);

}  // namespace tenon::samples
