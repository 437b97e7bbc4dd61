// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds tokens such as <|endoftext|> in a text before it is cut into words.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/definition.hpp"

namespace tenon::samples {

/// A stretch of text: an added token with its id, or ordinary text.
struct text_piece {
  static constexpr std::int32_t ordinary = -1;
  std::string_view text;
  std::int32_t id = ordinary;
};

class added_tokens {
 public:
  explicit added_tokens(const std::vector<added_token>& tokens);

  /// Cuts `text` into pieces, in order, without empty ones; they point into `text`.
  /// The leftmost match wins, of those the longest, as in Hugging Face's AddedVocabulary.
  ///   Throws tokenizer_error if it finds a token with an unsupported option.
  std::vector<text_piece> cut(std::string_view text) const;

 private:
  struct candidate {
    std::string text;
    std::int32_t id;
    std::string unsupported;
  };
  std::array<std::vector<candidate>, 256> by_first_byte_;  // the longest first
};

}  // namespace tenon::samples
