// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Progress of training; see progress_line.hpp.
#include "training/progress_line.hpp"

#include <cmath>

#include <fmt/format.h>

namespace tenon::samples {

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::max(0.0, std::min(seconds, 1e9))));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours >= 48) return fmt::format("{} days", hours / 24);
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

void progress_line::tell(const values& now) {
  if (!line_.due()) return;
  line_.show(fmt::format("step {}/{}  loss {:.4f}  lr {:.2e}  {:.0f} tokens/s  {} left", now.step,
                         now.max_iters, now.loss, now.learning_rate, now.tokens_per_second,
                         duration_text(now.seconds_left)));
}

}  // namespace tenon::samples
