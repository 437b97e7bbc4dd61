// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A strict reader of JSON (RFC 8259) for the headers and indices of checkpoints, which are
// untrusted. The caller asks for what must come next; nothing is built but the strings asked for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::runtime::detail {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, surrogates, or values
/// above U+10FFFF).
bool is_utf8(std::string_view bytes);

/// Every member returns false on an error and from then on; error() and at() say what and where.
class json_reader {
 public:
  explicit json_reader(std::string_view text) : text_(text) {}

  /// Consumes `symbol`, one of { } [ ] : ,
  bool expect(char symbol);
  /// Whether `symbol` comes next; consumes it if so.
  bool accept(char symbol);
  /// A string, with its escapes resolved; none may hold the character NUL.
  bool string(std::string& value);
  /// A whole number without sign, fraction or exponent, below 2^64.
  bool natural(std::uint64_t& value);
  /// Any value, which is checked for its form and dropped; NaN, Infinity and -Infinity, which
  /// Python writes, among them.
  bool skip(int depth = 0);
  /// Only white space may follow.
  bool end();

  /// Calls body(key) at the value of every member of an object; the body consumes the value and
  /// returns false to stop.
  template <class Body>
  bool members(Body&& body) {
    if (!expect('{')) return false;
    if (accept('}')) return true;
    for (std::string key;;) {
      if (!string(key) || !expect(':') || !body(key)) return false;
      if (accept('}')) return true;
      if (!expect(',')) return false;
    }
  }
  /// Calls body() at every element of an array.
  template <class Body>
  bool elements(Body&& body) {
    if (!expect('[')) return false;
    if (accept(']')) return true;
    for (;;) {
      if (!body()) return false;
      if (accept(']')) return true;
      if (!expect(',')) return false;
    }
  }

  /// Fails with a reason of the caller's, at the present place; returns false.
  bool refuse(std::string reason);
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::size_t at() const { return at_; }  // byte offset

 private:
  void skip_space();
  bool escape(std::string& value);
  bool hex4(std::uint32_t& unit);
  bool number();
  bool literal(std::string_view word);
  [[nodiscard]] bool failed() const { return !error_.empty(); }
  [[nodiscard]] int peek() const {
    return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace tenon::runtime::detail
