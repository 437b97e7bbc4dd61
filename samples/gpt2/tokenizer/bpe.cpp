// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Encoding: added tokens, then words, then merges. Decoding: bytes, then UTF-8.
#include "tokenizer/bpe.hpp"

#include <algorithm>
#include <charconv>

#include "tokenizer/byte_symbols.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/utf8.hpp"

namespace tenon::samples {
namespace {

// The token of a byte in a SentencePiece vocabulary: <0x0A>.
std::string byte_token(unsigned char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
}

std::optional<unsigned char> byte_of_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x")) return std::nullopt;
  unsigned byte = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
  if (error != std::errc() || end != token.data() + 5 || token[5] != '>') return std::nullopt;
  return static_cast<unsigned char>(byte);
}

// The added tokens that are looked for in a text before or after it is normalized, as they then
// are.
std::vector<added_token> added_with(const std::vector<added_token>& all, bool normalizing,
                                    const std::vector<normalizing_step>& steps) {
  std::vector<added_token> some;
  for (const added_token& each : all) {
    if (each.normalized != normalizing) continue;
    some.push_back(each);
    some.back().text = normalized(each.text, steps);
  }
  return some;
}

}  // namespace

bpe bpe::load(const std::filesystem::path& directory) { return bpe(load_definition(directory)); }

bpe::bpe(definition whole)
    : ids_(std::move(whole.ids)),
      spelt_(whole.spelt),
      whole_words_(whole.whole_words),
      around_(std::move(whole.around)),
      bytes_(static_cast<std::size_t>(whole.size)),
      warnings_(std::move(whole.warnings)),
      merges_(whole.merges),
      exact_(added_with(whole.added, false, {})),
      normalized_(added_with(whole.added, true, around_.normalizers)),
      words_(around_.words),
      cache_(std::make_unique<word_cache>()) {
  for (const auto& [token, id] : ids_) {
    bytes_[static_cast<std::size_t>(id)] = bytes_of_token(token);
    vocabulary_size_ = std::max(vocabulary_size_, id + 1);
  }
  for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    const auto value = static_cast<unsigned char>(byte);
    const auto found =
        ids_.find(spelt_ == spelling::bytes ? byte_symbol(value) : byte_token(value));
    byte_ids_[byte] = found == ids_.end() ? -1 : found->second;
  }
  for (const auto& token : whole.added) {
    // As it stands in the text; Hugging Face reads it as byte symbols and so spoils non-ASCII ones.
    bytes_[static_cast<std::size_t>(token.id)] =
        spelt_ == spelling::bytes ? token.text : bytes_of_token(token.text);
    added_ids_.emplace(token.text, token.id);
  }
}

std::string bpe::bytes_of_token(std::string_view token) const {
  if (spelt_ == spelling::bytes) return token_bytes(token);
  if (const auto byte = byte_of_token(token)) return std::string(1, static_cast<char>(*byte));
  return around_.space.empty() ? std::string(token) : replaced(token, around_.space, " ");
}

std::optional<std::int32_t> bpe::find(std::string_view token) const {
  if (const auto found = added_ids_.find(token); found != added_ids_.end()) return found->second;
  if (const auto found = ids_.find(token); found != ids_.end()) return found->second;
  return std::nullopt;
}

std::vector<std::int32_t> bpe::ids_without_token() const {
  std::vector<std::int32_t> ids;
  for (std::int32_t id = 0; id < size(); ++id)
    if (bytes_[static_cast<std::size_t>(id)].empty()) ids.push_back(id);
  return ids;
}

std::vector<std::int32_t> bpe::encode(std::string_view utf8) const {
  demand_utf8(utf8);
  std::vector<std::int32_t> ids;
  for (const auto& piece : exact_.cut(utf8)) {
    if (piece.id != text_piece::ordinary) {
      ids.push_back(piece.id);
      continue;
    }
    const std::string text = normalized(piece.text, around_.normalizers);
    for (const auto& part : normalized_.cut(text)) {
      if (part.id != text_piece::ordinary) {
        ids.push_back(part.id);
      } else if (around_.spaces) {
        const bool at_start = piece.text.data() == utf8.data() && part.text.data() == text.data();
        encode_piece(with_visible_spaces(part.text, *around_.spaces, at_start), ids);
      } else {
        encode_piece(part.text, ids);
      }
    }
  }
  return ids;
}

std::vector<std::int32_t> bpe::prompt(std::string_view utf8) const {
  std::vector<std::int32_t> ids = around_.opening;
  const std::vector<std::int32_t> text = encode(utf8);
  ids.insert(ids.end(), text.begin(), text.end());
  return ids;
}

void bpe::encode_piece(std::string_view text, std::vector<std::int32_t>& ids) const {
  std::vector<std::string_view> words;
  words_.split(text, words);
  for (const auto word : words) encode_word(word, ids);
}

void bpe::encode_word(std::string_view word, std::vector<std::int32_t>& ids) const {
  if (cache_->append(word, ids)) return;
  std::vector<std::int32_t> tokens;
  if (const auto whole = whole_words_ ? find_word(word) : std::nullopt) {
    tokens.push_back(*whole);
  } else {
    tokens = letters(word);
    merges_.apply(tokens);
  }
  cache_->insert(word, tokens);
  ids.insert(ids.end(), tokens.begin(), tokens.end());
}

std::optional<std::int32_t> bpe::find_word(std::string_view word) const {
  std::string token;
  if (spelt_ == spelling::characters) {
    token = word;
  } else {
    for (const char c : word) token += byte_symbol(static_cast<unsigned char>(c));
  }
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::int32_t> bpe::letters(std::string_view word) const {
  std::vector<std::int32_t> tokens;
  tokens.reserve(word.size());
  for (std::size_t at = 0, next = 0; at < word.size(); at = next) {
    next = at + 1;
    if (spelt_ == spelling::characters) {
      while (next < word.size() && (static_cast<unsigned char>(word[next]) & 0xC0) == 0x80) ++next;
      const auto found = ids_.find(word.substr(at, next - at));
      if (found != ids_.end()) {
        tokens.push_back(found->second);
        continue;
      }
    }
    for (const char c : word.substr(at, next - at)) {
      const std::int32_t id = byte_ids_[static_cast<unsigned char>(c)];
      if (id < 0) {
        throw tokenizer_error("the byte " + shown({&c, 1}) + " of the word " + shown(word) +
                              " has no token in the vocabulary of " + std::to_string(size()) +
                              "; use a vocabulary with all 256 bytes");
      }
      tokens.push_back(id);
    }
  }
  return tokens;
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
  if (drops_first_space() && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

}  // namespace tenon::samples
