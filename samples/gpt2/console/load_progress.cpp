// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Progress of loading; see load_progress.hpp.
#include "console/load_progress.hpp"

#include <fmt/format.h>

namespace tenon::samples {

void load_progress::told(void* context, std::uint64_t done, std::uint64_t total) {
  static_cast<load_progress*>(context)->tell(done, total);
}

void load_progress::tell(std::uint64_t done, std::uint64_t total) {
  if (!line_.due()) return;
  const double seconds = std::chrono::duration<double>(clock::now() - start_).count();
  line_.show(fmt::format("loading weights: {:3.0f} % of {:.0f} MB, {:.1f} s",
                         100 * static_cast<double>(done) / static_cast<double>(total),
                         static_cast<double>(total) * 1e-6, seconds));
}

}  // namespace tenon::samples
