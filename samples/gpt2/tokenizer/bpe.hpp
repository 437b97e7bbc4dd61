// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Byte-pair encoding, byte-level or as SentencePiece has it: the same ids as Hugging Face's.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.hpp"
#include "tokenizer/definition.hpp"
#include "tokenizer/merge_table.hpp"
#include "tokenizer/pre_tokenizer.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "tokenizer/word_cache.hpp"

namespace tenon::samples {

/// Immutable but for an internal cache of words: const calls may run concurrently.
/// Every error is a tokenizer_error.
class bpe {
 public:
  /// Reads tokenizer.json of a Hugging Face model directory, or vocab.json and merges.txt.
  ///   Throws if they are malformed or ask for what this class does not do.
  static bpe load(const std::filesystem::path& directory);
  /// Of a definition from elsewhere, which check_complete has seen.
  explicit bpe(definition whole);

  /// Text -> ids in 0..size()-1. Added tokens such as <|endoftext|> are recognised in the text.
  ///   Throws if the text is not well-formed UTF-8, or has a byte that the vocabulary lacks or an
  ///   added token with an option that is not supported.
  std::vector<std::int32_t> encode(std::string_view utf8) const;

  /// What stands before the ids of a text for the model, such as <s>; may be empty.
  std::span<const std::int32_t> opening() const { return around_.opening; }

  /// opening() and the ids of a text: Hugging Face's encode with special tokens.
  std::vector<std::int32_t> prompt(std::string_view utf8) const;

  /// Ids -> well-formed UTF-8; bytes that are none become U+FFFD. decode(encode(x)) == x where
  /// tokens spell bytes and nothing is normalized.
  ///   Throws if an id is outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids) const;

  /// The text of ids begins without the space that encoding put there.
  bool drops_first_space() const { return around_.drops_first_space; }

  /// The bytes of one token, maybe only a part of a character; valid while the bpe lives.
  ///   Throws if the id is outside the vocabulary.
  std::string_view bytes_of(std::int32_t id) const;

  /// Ids are below this, added ones included; the model may have more rows.
  std::int32_t size() const { return static_cast<std::int32_t>(bytes_.size()); }
  /// Ids of the vocabulary without added tokens are below this.
  std::int32_t vocabulary_size() const { return vocabulary_size_; }
  /// Ids below size() that no token has.
  std::vector<std::int32_t> ids_without_token() const;
  /// What the files have that matters only where it is used, a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// The id of a token by its text, such as "<|endoftext|>": added tokens, then the vocabulary
  /// as spelt in its file.
  std::optional<std::int32_t> find(std::string_view token) const;

 private:
  void encode_piece(std::string_view text, std::vector<std::int32_t>& ids) const;
  void encode_word(std::string_view word, std::vector<std::int32_t>& ids) const;
  /// The token of the vocabulary that spells a whole word.
  std::optional<std::int32_t> find_word(std::string_view word) const;
  /// The tokens of a word's bytes or characters, before any merge.
  std::vector<std::int32_t> letters(std::string_view word) const;
  std::string bytes_of_token(std::string_view token) const;

  id_map ids_, added_ids_;  // of the model's vocabulary, and of the added tokens
  spelling spelt_;
  bool whole_words_;
  pipeline around_;
  std::vector<std::string> bytes_;  // by id; empty where there is no token
  std::int32_t vocabulary_size_ = 0;
  std::vector<std::string> warnings_;
  std::array<std::int32_t, 256> byte_ids_{};  // -1 for a byte without a token
  merge_table merges_;
  added_tokens exact_, normalized_;  // looked for before and after the normalizers
  pre_tokenizer words_;
  std::unique_ptr<word_cache> cache_;  // by pointer: its mutex cannot be moved
};

}  // namespace tenon::samples
