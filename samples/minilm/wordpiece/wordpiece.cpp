// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Words to pieces: the longest one first, from left to right.
#include "wordpiece/wordpiece.hpp"

#include <algorithm>
#include <utility>

#include "tokenizer/utf8.hpp"

namespace tenon::samples {
namespace {

// Whether a byte goes on with a character, in UTF-8.
bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

wordpiece::wordpiece(wordpiece_definition whole) : whole_(std::move(whole)), added_(whole_.added) {
  for (const auto& [token, id] : whole_.ids) {
    most_bytes_ = std::max(most_bytes_, token.size());
    size_ = std::max(size_, id + 1);
  }
  for (const added_token& token : whole_.added) size_ = std::max(size_, token.id + 1);
}

// The longest token that begins a word, or the rest of one; its bytes are taken off the word.
std::optional<std::int32_t> wordpiece::take_piece(std::string_view& word, bool is_first) const {
  std::string piece;
  for (std::size_t end = std::min(word.size(), most_bytes_); end > 0; --end) {
    if (end < word.size() && continues(word[end])) continue;
    piece = is_first ? "" : whole_.inside;
    const auto found = whole_.ids.find(piece.append(word.substr(0, end)));
    if (found == whole_.ids.end()) continue;
    word.remove_prefix(end);
    return found->second;
  }
  return std::nullopt;
}

void wordpiece::encode_word(std::string_view word, std::vector<std::int32_t>& ids) const {
  const std::size_t before = ids.size();
  const auto count = word.size() - static_cast<std::size_t>(std::ranges::count_if(word, continues));
  while (!word.empty() && count <= whole_.most_characters) {
    const auto piece = take_piece(word, ids.size() == before);
    if (!piece) break;
    ids.push_back(*piece);
  }
  if (word.empty()) return;
  ids.resize(before);
  ids.push_back(whole_.unknown);
}

std::vector<std::int32_t> wordpiece::encode(std::string_view utf8) const {
  demand_utf8(utf8);
  std::vector<std::int32_t> ids;
  for (const text_piece& piece : added_.cut(utf8)) {
    if (piece.id != text_piece::ordinary) {
      ids.push_back(piece.id);
      continue;
    }
    for (const std::string& word : words_of(piece.text, whole_.rules)) encode_word(word, ids);
  }
  return ids;
}

std::vector<std::int32_t> wordpiece::sentence(std::string_view utf8, std::size_t most) const {
  std::vector<std::int32_t> ids = encode(utf8);
  if (ids.size() > most - 2) ids.resize(most - 2);
  ids.insert(ids.begin(), whole_.opening);
  ids.push_back(whole_.closing);
  return ids;
}

}  // namespace tenon::samples
