// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vocabularies of characters; see symbols.hpp.
#include "text/symbols.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model_error.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "tokenizer/utf8.hpp"

namespace tenon::samples {

std::size_t character_bytes(std::string_view utf8) {
  const auto first = static_cast<unsigned char>(utf8.front());
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

void check_utf8(std::string_view text, const std::string& what) {
  if (const std::size_t at = first_invalid_utf8(text); at != std::string_view::npos)
    throw model_error(fmt::format("{}: byte {} is no UTF-8; convert the text", what, at));
}

symbols symbols::of_text(std::string_view utf8) {
  check_utf8(utf8, "the text");
  std::set<std::string_view> found;  // UTF-8 sorts as its code points do
  while (!utf8.empty()) {
    const std::size_t bytes = character_bytes(utf8);
    found.insert(utf8.substr(0, bytes));
    utf8.remove_prefix(bytes);
  }
  return of_list({found.begin(), found.end()});
}

symbols symbols::of_list(std::vector<std::string> list) {
  symbols made;
  made.list_ = std::move(list);
  for (const std::string& each : made.list_) {
    if (each.empty() || first_invalid_utf8(each) != std::string::npos ||
        character_bytes(each) != each.size())
      throw model_error(
          fmt::format("symbol {} is not one character; prepare the text again", shown(each)));
    if (!made.ids_.emplace(each, static_cast<std::int32_t>(made.ids_.size())).second)
      throw model_error(
          fmt::format("symbol {} is there twice; prepare the text again", shown(each)));
  }
  return made;
}

std::vector<std::int32_t> symbols::encode(std::string_view utf8) const {
  check_utf8(utf8, "the text");
  std::vector<std::int32_t> ids;
  ids.reserve(utf8.size());
  while (!utf8.empty()) {
    const std::size_t bytes = character_bytes(utf8);
    const auto found = ids_.find(utf8.substr(0, bytes));
    if (found == ids_.end())
      throw model_error(
          fmt::format("the character {} is not among the {} of the vocabulary; leave "
                      "it out, or prepare and train with a text that has it",
                      shown(utf8.substr(0, bytes)), size()));
    ids.push_back(found->second);
    utf8.remove_prefix(bytes);
  }
  return ids;
}

}  // namespace tenon::samples
