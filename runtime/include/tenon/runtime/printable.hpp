// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text from files as a terminal may be shown it: names in files can hold escape sequences.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Bytes of the character at the front if it is well-formed UTF-8 (RFC 3629: no overlong forms,
/// surrogates, or values above U+10FFFF); 0 otherwise.
constexpr std::size_t utf8_bytes(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.empty()) return 0;
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // The second byte's range excludes overlong forms, surrogates and values beyond U+10FFFF.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

/// The same, and 0 for what moves the cursor, changes colours or reverses text: control characters
/// (U+0000 to U+001F, U+007F to U+009F), line separators and marks of direction.
constexpr std::size_t printable_bytes(std::string_view text) noexcept {
  const std::size_t length = utf8_bytes(text);
  if (length == 0) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (length == 1) return byte(0) < 0x20 || byte(0) == 0x7F ? 0 : 1;
  if (length == 2) {
    const unsigned code = (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    return code < 0xA0 || code == 0x061C ? 0 : 2;
  }
  if (length == 3) {
    const unsigned code = (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    const bool turns = code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
                       (code >= 0x2066 && code <= 0x2069);
    return turns ? 0 : 3;
  }
  return length;
}

/// The text with each byte that is no part of a printable character as \xNN; the characters of
/// `keep`, such as "\n", stay.
inline std::string printable(std::string_view text, std::string_view keep = {}) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t bytes = printable_bytes(text);
    if (bytes == 0 && keep.find(text[0]) != std::string_view::npos) bytes = 1;
    if (bytes > 0) {
      out.append(text.substr(0, bytes));
    } else {
      const auto byte = static_cast<unsigned char>(text[0]);
      out.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
      bytes = 1;
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
