// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Composes the messages of tokenizer_error.
#include "tokenizer/tokenizer_error.hpp"

#include <tenon/runtime/printable.hpp>

namespace tenon::samples {

void fail_in(const std::filesystem::path& file, const std::string& message) {
  throw tokenizer_error(runtime::printable(file.string()) + ": " + message);
}

std::string shown(std::string_view untrusted, std::size_t limit) {
  std::size_t end = 0;
  while (end < untrusted.size()) {
    const std::size_t bytes = runtime::utf8_bytes(untrusted.substr(end));
    const std::size_t next = end + (bytes > 0 ? bytes : 1);
    if (next > limit) break;
    end = next;
  }
  return "'" + runtime::printable(untrusted.substr(0, end)) +
         (end < untrusted.size() ? "...'" : "'");
}

}  // namespace tenon::samples
