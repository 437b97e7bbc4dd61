// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Composes the messages of tokenizer_error.
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

void fail_in(const std::filesystem::path& file, const std::string& message) {
  throw tokenizer_error(file.string() + ": " + message);
}

std::string shown(std::string_view untrusted, std::size_t limit) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out = "'";
  for (const char c : untrusted.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out + (untrusted.size() > limit ? "...'" : "'");
}

}  // namespace tenon::samples
