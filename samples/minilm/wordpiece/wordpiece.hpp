// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WordPiece, BERT's tokenizer: the same ids as Hugging Face's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.hpp"
#include "tokenizer/definition.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "wordpiece/words.hpp"

namespace tenon::samples {

/// What the files of a tokenizer say, checked.
struct wordpiece_definition {
  id_map ids;
  std::vector<added_token> added;
  word_rules rules;
  std::int32_t unknown = 0, opening = 0, closing = 0, padding = 0;  // [UNK] [CLS] [SEP] [PAD]
  std::string inside = "##";          // stands before a piece that does not begin its word
  std::size_t most_characters = 100;  // a longer word is unknown
};

/// Reads tokenizer.json if the directory has one, otherwise vocab.txt and, where it is there,
/// tokenizer_config.json.
///   Throws tokenizer_error on whatever is missing, malformed or of another kind of tokenizer.
wordpiece_definition load_wordpiece(const std::filesystem::path& directory);

/// Immutable: calls may run concurrently. Every error is a tokenizer_error.
class wordpiece {
 public:
  static wordpiece load(const std::filesystem::path& directory) {
    return wordpiece(load_wordpiece(directory));
  }

  /// Text -> ids in 0..size()-1. Special tokens such as [MASK] are recognised in the text.
  ///   Throws if the text is not well-formed UTF-8.
  std::vector<std::int32_t> encode(std::string_view utf8) const;

  /// What a model is given: [CLS], the ids of the text, [SEP]; of a text that makes more than
  /// `most` with these two, the first ids. most >= 2.
  std::vector<std::int32_t> sentence(std::string_view utf8, std::size_t most) const;

  /// What stands behind shorter texts of a batch.
  std::int32_t padding() const { return whole_.padding; }
  /// Ids are below this.
  std::int32_t size() const { return size_; }

 private:
  explicit wordpiece(wordpiece_definition whole);

  std::optional<std::int32_t> take_piece(std::string_view& word, bool is_first) const;
  void encode_word(std::string_view word, std::vector<std::int32_t>& ids) const;

  wordpiece_definition whole_;
  added_tokens added_;
  std::size_t most_bytes_ = 0;  // of a token
  std::int32_t size_ = 0;
};

}  // namespace tenon::samples
