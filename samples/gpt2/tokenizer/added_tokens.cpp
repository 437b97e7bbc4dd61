// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Leftmost-longest search of a few literal tokens.
#include "tokenizer/added_tokens.hpp"

#include <algorithm>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

added_tokens::added_tokens(const std::vector<added_token>& tokens) {
  std::vector<const added_token*> longest_first;
  for (const auto& token : tokens) longest_first.push_back(&token);
  std::sort(longest_first.begin(), longest_first.end(),
            [](const auto* a, const auto* b) { return a->text.size() > b->text.size(); });
  for (const auto* token : longest_first) {
    by_first_byte_[static_cast<unsigned char>(token->text.front())].push_back(
        {token->text, token->id, token->unsupported});
  }
}

std::vector<text_piece> added_tokens::cut(std::string_view text) const {
  std::vector<text_piece> out;
  std::size_t begin = 0;  // of the ordinary text not yet put out
  const auto put_ordinary = [&](std::size_t end) {
    if (end > begin) out.push_back({text.substr(begin, end - begin)});
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto& candidates = by_first_byte_[static_cast<unsigned char>(text[at])];
    const auto found = std::find_if(
        candidates.begin(), candidates.end(),
        [&](const candidate& token) { return text.substr(at).starts_with(token.text); });
    if (found == candidates.end()) {
      ++at;
      continue;
    }
    if (!found->unsupported.empty()) {
      throw tokenizer_error("the text has the added token " + shown(found->text) +
                            ", whose option " + found->unsupported +
                            " is not supported; leave it out of the text");
    }
    put_ordinary(at);
    out.push_back({text.substr(at, found->text.size()), found->id});
    begin = at += found->text.size();
  }
  put_ordinary(text.size());
  return out;
}

}  // namespace tenon::samples
