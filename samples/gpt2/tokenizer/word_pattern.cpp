// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Translation of patterns; see word_pattern.hpp.
#include "tokenizer/word_pattern.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::string_view digits = "0123456789", hex_digits = "0123456789abcdefABCDEF";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Goes over an expression once, part by part. Only parts that both engines read in one way pass.
class translator {
 public:
  translator(const std::filesystem::path& file, std::string_view regex)
      : file_(file), whole_(regex), rest_(regex) {}

  std::string run() {
    while (!rest_.empty()) part();
    return std::move(out_);
  }

 private:
  void part() {
    switch (rest_[0]) {
      case '\\':
        return escape();
      case '[':
        return char_class();
      case '(':
        return group();
      case '{':
        return count();
      case '.':
      case '^':
      case '$':
        refuse(rest_.substr(0, 1));
      default:
        take(1);
    }
  }

  // \s of PCRE2 counts U+180E in, which Unicode (and so Oniguruma) no longer does; \w and \b differ
  // in more.
  void escape() {
    if (rest_.size() < 2) refuse(rest_);
    const char kind = rest_[1];
    if (kind == 's' || kind == 'S') {
      out_ += kind == 's' ? "\\p{White_Space}" : "\\P{White_Space}";
      rest_.remove_prefix(2);
    } else if (kind == 'p' || kind == 'P') {
      const std::size_t end = rest_.find('}');
      if (end == rest_.npos || rest_[2] != '{') refuse(rest_.substr(0, 2));
      take(end + 1);
    } else if (kind == 'u' && rest_.find_first_not_of(hex_digits, 2) >= 6 && rest_.size() >= 6) {
      out_.append("\\x{").append(rest_.substr(2, 4)).append("}");
      rest_.remove_prefix(6);
    } else if (std::string_view("rntd").find(kind) != std::string_view::npos || !is_word(kind)) {
      take(2);
    } else {
      refuse(rest_.substr(0, 2));
    }
  }

  // Without classes inside it, intersections, and a ] that may be its end.
  void char_class() {
    take(rest_.starts_with("[^") ? 2 : 1);
    if (rest_.starts_with("]")) refuse("[]");
    while (!rest_.starts_with("]")) {
      if (rest_.empty()) refuse("[");
      if (rest_[0] == '[' || rest_.starts_with("&&")) refuse(rest_.substr(0, 2));
      if (rest_[0] == '\\') {
        escape();
      } else {
        take(1);
      }
    }
    take(1);
  }

  void group() {
    constexpr std::array kinds{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"};
    if (!rest_.starts_with("(?")) return take(1);
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const char* each) { return rest_.starts_with(each); });
    if (kind == kinds.end()) refuse(rest_.substr(0, 4));
    take(std::string_view(*kind).size());
  }

  // {2}, {2,} and {2,5}. With a + behind it, one engine repeats what the other makes possessive.
  void count() {
    const std::size_t end = rest_.find('}');
    const std::string_view inside = rest_.substr(0, end).substr(1);
    const std::size_t comma = std::min(inside.find_first_not_of(digits), inside.size());
    const bool fits = end != rest_.npos && comma > 0 &&
                      (comma == inside.size() || inside[comma] == ',') &&
                      inside.find_first_not_of(digits, comma + 1) == inside.npos;
    if (!fits || rest_.substr(end).starts_with("}+")) refuse(rest_.substr(0, end).substr(0, 8));
    take(end + 1);
  }

  void take(std::size_t bytes) {
    out_.append(rest_.substr(0, bytes));
    rest_.remove_prefix(bytes);
  }

  [[noreturn]] void refuse(std::string_view what) const {
    fail_in(file_, "the word pattern " + shown(whole_, 200) + " has " + shown(what) +
                       ", which PCRE2 may read otherwise than Hugging Face; write it with groups, "
                       "classes, \\p{...}, \\s, \\d and counts");
  }

  const std::filesystem::path& file_;
  std::string_view whole_, rest_;
  std::string out_;
};

// A class of one character, as \x{...}.
std::string code_of(const std::filesystem::path& file, std::string_view character) {
  const auto lead = character.empty() ? 0u : static_cast<unsigned char>(character[0]);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (character.size() != bytes) {
    fail_in(file, "pre_tokenizer splits at " + shown(character) +
                      ", but only at one character is supported; use a pattern");
  }
  return "[\\Q" + std::string(character) + "\\E]";
}

}  // namespace

std::string words_of_gpt2() {
  // encoder.py of GPT-2.
  return word_pattern(
      {}, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)");
}

std::string word_pattern(const std::filesystem::path& file, std::string_view regex) {
  return translator(file, regex).run();
}

std::string words_ending_with(const std::filesystem::path& file, std::string_view separator) {
  const std::string one = code_of(file, separator), other = "[^" + one.substr(1);
  return other + "+" + one + "?|" + one;
}

std::string words_beginning_with(const std::filesystem::path& file, std::string_view separator) {
  const std::string one = code_of(file, separator), other = "[^" + one.substr(1);
  return one + "?" + other + "+|" + one;
}

}  // namespace tenon::samples
