// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Encoding: added tokens, then words, then merges. Decoding: bytes, then UTF-8.
#include "tokenizer/bpe.hpp"

#include <algorithm>

#include "tokenizer/byte_symbols.hpp"
#include "tokenizer/utf8.hpp"

namespace tenon::samples {

bpe bpe::load(const std::filesystem::path& directory) { return bpe(load_definition(directory)); }

bpe::bpe(definition whole)
    : ids_(std::move(whole.ids)),
      bytes_(static_cast<std::size_t>(whole.size)),
      warnings_(std::move(whole.warnings)),
      merges_(whole.merges),
      added_(whole.added),
      cache_(std::make_unique<word_cache>()) {
  for (const auto& [token, id] : ids_) {
    bytes_[static_cast<std::size_t>(id)] = token_bytes(token);
    vocabulary_size_ = std::max(vocabulary_size_, id + 1);
  }
  for (const auto& token : whole.added) {
    // As it stands in the text; Hugging Face reads it as byte symbols and so spoils non-ASCII ones.
    bytes_[static_cast<std::size_t>(token.id)] = token.text;
    ids_.emplace(token.text, token.id);
  }
  for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    byte_ids_[byte] = find(byte_symbol(static_cast<unsigned char>(byte))).value_or(-1);
  }
}

std::optional<std::int32_t> bpe::find(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::int32_t> bpe::ids_without_token() const {
  std::vector<std::int32_t> ids;
  for (std::int32_t id = 0; id < size(); ++id)
    if (bytes_[static_cast<std::size_t>(id)].empty()) ids.push_back(id);
  return ids;
}

std::vector<std::int32_t> bpe::encode(std::string_view utf8) const {
  if (const auto offset = first_invalid_utf8(utf8); offset != std::string_view::npos) {
    throw tokenizer_error("the text of " + std::to_string(utf8.size()) +
                          " bytes is not valid UTF-8 at byte " + std::to_string(offset) + " (" +
                          shown(utf8.substr(offset, 4)) + "); convert it to UTF-8");
  }
  std::vector<std::int32_t> ids;
  std::vector<std::string_view> words;
  for (const auto& piece : added_.split(utf8)) {
    if (piece.id != text_piece::ordinary) {
      ids.push_back(piece.id);
      continue;
    }
    words.clear();
    words_.split(piece.text, words);
    for (const auto word : words) encode_word(word, ids);
  }
  return ids;
}

void bpe::encode_word(std::string_view word, std::vector<std::int32_t>& ids) const {
  if (cache_->append(word, ids)) return;
  std::vector<std::int32_t> tokens;
  tokens.reserve(word.size());
  for (const char c : word) {
    const std::int32_t id = byte_ids_[static_cast<unsigned char>(c)];
    if (id < 0) {
      throw tokenizer_error("the byte " + shown({&c, 1}) + " of the word " + shown(word) +
                            " has no token in the vocabulary of " + std::to_string(size()) +
                            "; use a vocabulary with all 256 bytes");
    }
    tokens.push_back(id);
  }
  merges_.apply(tokens);
  cache_->insert(word, tokens);
  ids.insert(ids.end(), tokens.begin(), tokens.end());
}

std::string_view bpe::bytes_of(std::int32_t id) const {
  if (id < 0 || id >= size()) {
    throw tokenizer_error("the token id " + std::to_string(id) + " is outside the vocabulary of " +
                          std::to_string(size()) +
                          " tokens; take tokenizer and checkpoint from one directory");
  }
  const std::string& bytes = bytes_[static_cast<std::size_t>(id)];
  if (bytes.empty()) {
    throw tokenizer_error("no token has the id " + std::to_string(id) +
                          "; take tokenizer and checkpoint from one directory");
  }
  return bytes;
}

std::string bpe::decode(std::span<const std::int32_t> ids) const {
  std::string text;
  utf8_assembler assembler;
  for (const std::int32_t id : ids) assembler.push(bytes_of(id), text);
  assembler.flush(text);
  return text;
}

}  // namespace tenon::samples
