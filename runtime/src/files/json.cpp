// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The strict JSON reader; see json.hpp.
#include "json.hpp"

#include <tenon/runtime/printable.hpp>

namespace tenon::runtime::detail {
namespace {

constexpr int most_depth = 64;  // of skipped values; bounds the stack that a file can use

bool is_digit(int c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | (code >> 6));
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_bytes(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

bool json_reader::refuse(std::string reason) {
  if (!failed()) error_ = std::move(reason);
  return false;
}

void json_reader::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
}

bool json_reader::accept(char symbol) {
  if (failed()) return false;
  skip_space();
  if (peek() != symbol) return false;
  ++at_;
  return true;
}

bool json_reader::expect(char symbol) {
  return accept(symbol) || refuse(std::string("'") + symbol + "' expected");
}

bool json_reader::end() {
  if (failed()) return false;
  skip_space();
  return at_ == text_.size() || refuse("nothing more expected");
}

bool json_reader::string(std::string& value) {
  if (!accept('"')) return refuse("a string expected");
  value.clear();
  for (;;) {
    const int c = peek();
    if (c < 0) return refuse("the string does not end");
    if (c < ' ') return refuse("a control character inside a string");
    ++at_;
    if (c == '"') return true;
    if (c != '\\')
      value.push_back(static_cast<char>(c));
    else if (!escape(value))
      return false;
  }
}

bool json_reader::hex4(std::uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const int c = peek();
    const int lower = c | 0x20;
    if (is_digit(c))
      unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      unit = unit * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    else
      return refuse("four hexadecimal digits expected");
  }
  return true;
}

bool json_reader::escape(std::string& value) {
  const int c = peek();
  if (c < 0) return refuse("the string does not end");
  ++at_;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      value.push_back(static_cast<char>(c));
      return true;
    case 'b':
      value.push_back('\b');
      return true;
    case 'f':
      value.push_back('\f');
      return true;
    case 'n':
      value.push_back('\n');
      return true;
    case 'r':
      value.push_back('\r');
      return true;
    case 't':
      value.push_back('\t');
      return true;
    case 'u':
      break;
    default:
      return refuse("an unknown escape");
  }
  std::uint32_t high = 0, low = 0;
  if (!hex4(high)) return false;
  // Legal JSON, but no name has it, and it would end the C strings of messages early.
  if (high == 0) return refuse("a NUL character");
  if (high >= 0xDC00 && high <= 0xDFFF) return refuse("half of a surrogate pair");
  if (high < 0xD800 || high > 0xDBFF) {
    append_utf8(value, high);
    return true;
  }
  if (text_.substr(at_, 2) != "\\u") return refuse("half of a surrogate pair");
  at_ += 2;
  if (!hex4(low)) return false;
  if (low < 0xDC00 || low > 0xDFFF) return refuse("half of a surrogate pair");
  append_utf8(value, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
  return true;
}

bool json_reader::natural(std::uint64_t& value) {
  if (failed()) return false;
  skip_space();
  if (!is_digit(peek())) return refuse("a whole number expected");
  const bool zero = peek() == '0';
  value = 0;
  for (std::size_t digits = 0; is_digit(peek()); ++at_, ++digits) {
    if (zero && digits > 0) return refuse("a number with a leading zero");
    const auto digit = static_cast<std::uint64_t>(peek() - '0');
    if (__builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
        __builtin_add_overflow(value, digit, &value))
      return refuse("a number of 2^64 or more");
  }
  if (peek() == '.' || peek() == 'e' || peek() == 'E') return refuse("a whole number expected");
  return true;
}

bool json_reader::number() {
  const auto digits = [&] {
    if (!is_digit(peek())) return refuse("a digit expected");
    while (is_digit(peek())) ++at_;
    return true;
  };
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
    if (is_digit(peek())) return refuse("a number with a leading zero");
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool json_reader::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return refuse("a value expected");
  at_ += word.size();
  return true;
}

bool json_reader::skip(int depth) {
  if (failed()) return false;
  if (depth > most_depth) return refuse("values nested too deeply");
  skip_space();
  std::string text;
  switch (peek()) {
    case '{':
      return members([&](const std::string&) { return skip(depth + 1); });
    case '[':
      return elements([&] { return skip(depth + 1); });
    case '"':
      return string(text);
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    case 'N':
      return literal("NaN");
    case 'I':
      return literal("Infinity");
    default:
      return text_.substr(at_, 2) == "-I" ? literal("-Infinity") : number();
  }
}

}  // namespace tenon::runtime::detail
