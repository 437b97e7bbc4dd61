// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Regular expressions of tokenizer.json, which are Oniguruma's, as PCRE2 reads them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tenon::samples {

/// GPT-2's words.
std::string words_of_gpt2();

/// The PCRE2 pattern (PCRE2_UTF | PCRE2_UCP) that matches what Hugging Face matches with `regex`.
///   Throws tokenizer_error, naming `file` and what of the expression is not known to be the same.
std::string word_pattern(const std::filesystem::path& file, std::string_view regex);

/// The pattern of words that end with `separator`, one character, or begin with it; more than one
/// separator in a row stand alone, but for the one that is next to the word.
///   Throws tokenizer_error, naming `file`, if it is not one character.
std::string words_ending_with(const std::filesystem::path& file, std::string_view separator);
std::string words_beginning_with(const std::filesystem::path& file, std::string_view separator);

}  // namespace tenon::samples
