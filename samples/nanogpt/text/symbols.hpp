// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A vocabulary of characters: each Unicode code point of a text is a token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tenon::samples {

class symbols {
 public:
  /// All characters of a text, sorted by code point as nanoGPT's prepare.py does.
  ///   Throws model_error if the text is not UTF-8.
  static symbols of_text(std::string_view utf8);
  /// From a list, each one character; the ids are the places.
  ///   Throws model_error if an element is no character or is there twice.
  static symbols of_list(std::vector<std::string> list);

  symbols(symbols&&) = default;  // a copy's map would look into the original's list
  symbols& operator=(symbols&&) = default;

  /// Text -> ids. Throws model_error if a character is not in the vocabulary.
  std::vector<std::int32_t> encode(std::string_view utf8) const;
  /// The character of an id of 0..size()-1.
  const std::string& operator[](std::int32_t id) const {
    return list_[static_cast<std::size_t>(id)];
  }
  std::int32_t size() const { return static_cast<std::int32_t>(list_.size()); }
  const std::vector<std::string>& list() const { return list_; }

 private:
  symbols() = default;

  std::vector<std::string> list_;
  std::unordered_map<std::string_view, std::int32_t> ids_;  // views of list_
};

/// Bytes of the character at the front of well-formed UTF-8.
std::size_t character_bytes(std::string_view utf8);

/// Throws model_error naming `what` and the byte if a text is not UTF-8.
void check_utf8(std::string_view text, const std::string& what);

}  // namespace tenon::samples
