// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// UTF-8 checking of whole texts, and assembling of text that arrives in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tenon::samples {

/// Offset in bytes of the first ill-formed or cut-off sequence; npos if the text is well-formed.
/// Overlong forms, surrogates and code points above U+10FFFF are ill-formed (Unicode, table 3-7).
std::size_t first_invalid_utf8(std::string_view text);

/// Throws tokenizer_error where a text is not well-formed.
void demand_utf8(std::string_view text);

/// Passes bytes on as well-formed UTF-8: holds back an incomplete sequence until it is complete,
/// and replaces each maximal ill-formed part by U+FFFD, as Rust's from_utf8_lossy does.
class utf8_assembler {
 public:
  /// Appends to `out` whatever became certain through `bytes`.
  void push(std::string_view bytes, std::string& out);

  /// The end of the text: an incomplete sequence becomes U+FFFD.
  void flush(std::string& out);

 private:
  std::array<unsigned char, 4> pending_{};  // a proper prefix of a well-formed sequence
  std::size_t size_ = 0;
};

}  // namespace tenon::samples
