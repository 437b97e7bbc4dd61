// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Decodes ids one by one, for printing while a model generates.
#pragma once

#include <cstdint>
#include <string>

#include "tokenizer/bpe.hpp"
#include "tokenizer/utf8.hpp"

namespace tenon::samples {

/// A token may hold part of a character; that part is held back until the character is complete.
/// Everything pushed and flushed together equals bpe::decode of the same ids, and each part is
/// well-formed UTF-8. The bpe has to live as long as the decoder. Not thread-safe.
class stream_decoder {
 public:
  explicit stream_decoder(const bpe& tokenizer) : tokenizer_(&tokenizer) {}

  /// The text that became certain through this token; may be empty.
  ///   Throws tokenizer_error if the id is outside the vocabulary; the decoder stays usable.
  std::string push(std::int32_t id);

  /// The end: U+FFFD if a character was left incomplete. The decoder is then as new.
  std::string flush();

 private:
  std::string without_first_space(std::string text);

  const bpe* tokenizer_;
  utf8_assembler assembler_;
  bool at_start_ = true;  // no text has come yet
};

}  // namespace tenon::samples
