// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The words of a text, as BERT's basic tokenizer cuts it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::samples {

/// What happens to a text before it is cut. The default is that of the uncased BERTs.
struct word_rules {
  bool clean = true;    // control characters go, white space becomes a space
  bool chinese = true;  // each ideograph is a word
  bool strip_accents = true;
  bool lowercase = true;
};

/// Words between white space; each punctuation mark is one of its own.
///   text: well-formed UTF-8.
std::vector<std::string> words_of(std::string_view text, const word_rules& rules);

}  // namespace tenon::samples
