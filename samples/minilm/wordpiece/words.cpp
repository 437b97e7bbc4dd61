// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cleaning, accents, case and cutting; categories and decompositions are utf8proc's.
#include "wordpiece/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace tenon::samples {
namespace {

using character = utf8proc_int32_t;
using characters = std::vector<character>;

characters read(std::string_view text) {
  characters all;
  all.reserve(text.size());
  while (!text.empty()) {
    character next = 0;
    const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                        static_cast<utf8proc_ssize_t>(text.size()), &next);
    all.push_back(next);
    text.remove_prefix(static_cast<std::size_t>(bytes));
  }
  return all;
}

void append(std::string& text, character c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto count = utf8proc_encode_char(c, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
}

bool is_among(character c, const auto& ranges) {
  return std::ranges::any_of(
      ranges, [&](const auto& range) { return range.first <= c && c <= range.second; });
}

// Unicode's White_Space.
bool is_space(character c) {
  static constexpr std::array<std::pair<character, character>, 10> spaces{{{0x09, 0x0D},
                                                                           {0x20, 0x20},
                                                                           {0x85, 0x85},
                                                                           {0xA0, 0xA0},
                                                                           {0x1680, 0x1680},
                                                                           {0x2000, 0x200A},
                                                                           {0x2028, 0x2029},
                                                                           {0x202F, 0x202F},
                                                                           {0x205F, 0x205F},
                                                                           {0x3000, 0x3000}}};
  return is_among(c, spaces);
}

bool is_control(character c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_CO;
}

bool is_chinese(character c) {
  static constexpr std::array<std::pair<character, character>, 8> ideographs{{{0x4E00, 0x9FFF},
                                                                              {0x3400, 0x4DBF},
                                                                              {0x20000, 0x2A6DF},
                                                                              {0x2A700, 0x2B73F},
                                                                              {0x2B740, 0x2B81F},
                                                                              {0x2B920, 0x2CEAF},
                                                                              {0xF900, 0xFAFF},
                                                                              {0x2F800, 0x2FA1F}}};
  return is_among(c, ideographs);
}

bool is_punctuation(character c) {
  static constexpr std::array<std::pair<character, character>, 4> ascii{
      {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}};
  const auto category = utf8proc_category(c);
  return is_among(c, ascii) ||
         (UTF8PROC_CATEGORY_PC <= category && category <= UTF8PROC_CATEGORY_PO);
}

characters cleaned(const characters& text) {
  characters kept;
  for (const character c : text)
    if (c != 0 && c != 0xFFFD && !is_control(c)) kept.push_back(is_space(c) ? ' ' : c);
  return kept;
}

characters with_ideographs_apart(const characters& text) {
  characters spaced;
  for (const character c : text) {
    if (is_chinese(c))
      spaced.insert(spaced.end(), {' ', c, ' '});
    else
      spaced.push_back(c);
  }
  return spaced;
}

// In canonical decomposition, without what stands above or below letters.
characters without_accents(const characters& text) {
  std::string bytes;
  for (const character c : text) append(bytes, c);
  const auto decompose = [&](characters& into) {
    const auto count =
        utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                           static_cast<utf8proc_ssize_t>(bytes.size()), into.data(),
                           static_cast<utf8proc_ssize_t>(into.size()),
                           static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
    if (count < 0) throw std::bad_alloc();  // too long; its only error for well-formed UTF-8
    return static_cast<std::size_t>(count);
  };
  characters apart;
  apart.resize(decompose(apart));
  decompose(apart);
  std::erase_if(apart, [](character c) { return utf8proc_category(c) == UTF8PROC_CATEGORY_MN; });
  return apart;
}

// The one letter that becomes two is a capital I with a dot, which stays above the small one.
characters lowered(const characters& text) {
  characters small;
  for (const character c : text) {
    small.push_back(utf8proc_tolower(c));
    if (c == 0x130) small.push_back(0x307);
  }
  return small;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text, const word_rules& rules) {
  characters rest = read(text);
  if (rules.clean) rest = cleaned(rest);
  if (rules.chinese) rest = with_ideographs_apart(rest);
  if (rules.strip_accents) rest = without_accents(rest);
  if (rules.lowercase) rest = lowered(rest);

  std::vector<std::string> words;
  bool in_word = false;
  for (const character c : rest) {
    const bool is_mark = is_punctuation(c);
    if (is_space(c)) {
      in_word = false;
      continue;
    }
    if (!in_word || is_mark) words.emplace_back();
    append(words.back(), c);
    in_word = !is_mark;
  }
  return words;
}

}  // namespace tenon::samples
