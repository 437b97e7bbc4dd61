// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Decompose, order, compose (UAX 15, and chapter 3.12 of the Unicode Standard for Hangul).
#include "tokenizer/nfc/nfc.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "tokenizer/nfc/tables.hpp"

namespace tenon::samples {
namespace {

// Syllables of Hangul follow from their parts: leads, vowels and tails in order.
constexpr std::uint32_t syllables = 0xAC00, leads = 0x1100, vowels = 0x1161, before_tails = 0x11A7;
constexpr std::uint32_t n_leads = 19, n_vowels = 21, n_tails = 28;  // one tail is none

// Row `i` of a table of `width` numbers each, sorted by the first: the last that is not above
// `point`.
const std::uint32_t* row_of(const std::uint32_t* table, std::size_t size, std::size_t width,
                            std::uint32_t point) {
  std::size_t low = 0, high = size / width;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (table[middle * width] <= point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? nullptr : table + (low - 1) * width;
}

std::uint32_t class_of(std::uint32_t point) {
  const std::uint32_t* const row = row_of(combining_classes, combining_classes_size, 3, point);
  return row != nullptr && point <= row[1] ? row[2] : 0;
}

void decompose(std::uint32_t point, std::u32string& out) {
  if (point >= syllables && point < syllables + n_leads * n_vowels * n_tails) {
    const std::uint32_t index = point - syllables, tail = index % n_tails;
    out += char32_t{leads + index / (n_vowels * n_tails)};
    out += char32_t{vowels + index / n_tails % n_vowels};
    if (tail > 0) out += char32_t{before_tails + tail};
    return;
  }
  const std::uint32_t* const row =
      row_of(canonical_decompositions, canonical_decompositions_size, 4, point);
  if (row == nullptr || row[0] != point) {
    out += char32_t{point};
    return;
  }
  decompose(row[1], out);
  if (row[2] != 0) decompose(row[2], out);
}

// 0 if the two do not compose.
std::uint32_t composed(std::uint32_t first, std::uint32_t second) {
  static const auto pairs = [] {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> all;
    for (std::size_t i = 0; i < canonical_decompositions_size; i += 4) {
      const std::uint32_t* const row = canonical_decompositions + i;
      if (row[3] == 1) all[{row[1], row[2]}] = row[0];
    }
    return all;
  }();
  if (first - leads < n_leads && second - vowels < n_vowels) {
    return syllables + ((first - leads) * n_vowels + second - vowels) * n_tails;
  }
  const std::uint32_t syllable = first - syllables;
  if (syllable < n_leads * n_vowels * n_tails && syllable % n_tails == 0 &&
      second - before_tails - 1 < n_tails - 1) {
    return first + second - before_tails;
  }
  const auto found = pairs.find({first, second});
  return found == pairs.end() ? 0 : found->second;
}

void order_marks(std::u32string& text) {
  for (auto begin = text.begin(); begin != text.end();) {
    const auto is_mark = [](char32_t c) { return class_of(c) != 0; };
    begin = std::find_if(begin, text.end(), is_mark);
    const auto end = std::find_if_not(begin, text.end(), is_mark);
    std::stable_sort(begin, end, [](char32_t a, char32_t b) { return class_of(a) < class_of(b); });
    begin = end;
  }
}

// Each character joins the last starter, unless one between them keeps them apart.
void compose(std::u32string& text) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t starter = none, size = 0;
  std::uint32_t last_class = 0;
  for (const char32_t c : text) {
    const std::uint32_t rank = class_of(c);
    const bool apart = starter == none || (size > starter + 1 && last_class >= rank);
    if (const std::uint32_t both = apart ? 0 : composed(text[starter], c)) {
      text[starter] = both;
      continue;
    }
    if (rank == 0) starter = size;
    last_class = rank;
    text[size++] = c;
  }
  text.resize(size);
}

std::u32string decomposed(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    std::uint32_t point = lead < 0x80   ? lead
                          : lead < 0xE0 ? lead & 0x1Fu
                          : lead < 0xF0 ? lead & 0x0Fu
                                        : lead & 0x07u;
    for (; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; ++at) {
      point = point << 6 | (static_cast<unsigned char>(text[at]) & 0x3Fu);
    }
    decompose(point, out);
  }
  return out;
}

void append_utf8(char32_t point, std::string& out) {
  const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr unsigned leads_of[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(leads_of[more] | point >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (point >> (6 * i) & 0x3F));
}

}  // namespace

std::string nfc(std::string_view text) {
  // Nothing below U+0300, which is CC 80, changes.
  const auto is_low = [](char c) { return static_cast<unsigned char>(c) < 0xCC; };
  if (std::all_of(text.begin(), text.end(), is_low)) return std::string(text);
  std::u32string points = decomposed(text);
  order_marks(points);
  compose(points);
  std::string out;
  out.reserve(text.size());
  for (const char32_t point : points) append_utf8(point, out);
  return out;
}

}  // namespace tenon::samples
