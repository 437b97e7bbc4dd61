// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Progress of loading; see load_progress.hpp.
#include "load_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace tenon::samples {

void load_progress::told(void* context, std::uint64_t done, std::uint64_t total) {
  static_cast<load_progress*>(context)->tell(done, total);
}

// A terminal gets one line, renewed ten times a second; a file a line every two seconds, so that it
// stays short.
void load_progress::tell(std::uint64_t done, std::uint64_t total) {
  using namespace std::chrono_literals;
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const clock::time_point now = clock::now();
  if (now - last_ < (terminal ? 100ms : 2000ms)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr, "{}loading weights: {:3.0f} % of {:.0f} MB, {:.1f} s{}", terminal ? "\r" : "",
             100 * static_cast<double>(done) / static_cast<double>(total),
             static_cast<double>(total) * 1e-6, seconds, terminal ? "" : "\n");
  on_line_ = terminal;
}

void load_progress::finish() {
  if (on_line_) fmt::print(stderr, "\r\x1b[K");
  on_line_ = false;
}

}  // namespace tenon::samples
