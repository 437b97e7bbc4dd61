// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Changes a text before its words are looked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/definition.hpp"

namespace tenon::samples {

/// The steps in order, over one piece of a text; an empty piece stays empty.
///   text, well-formed UTF-8 -> well-formed UTF-8.
std::string normalized(std::string_view text, const std::vector<normalizing_step>& steps);

/// Unicode's normal form C: characters composed as far as they can be.
///   text, well-formed UTF-8 -> well-formed UTF-8.
///   Source: Unicode Standard Annex 15, by utf8proc.
std::string nfc(std::string_view text);

/// Each `from`, which is not empty, becomes `to`.
std::string replaced(std::string_view text, std::string_view from, std::string_view to);

/// Spaces as their symbol, with one in front where `how` says so and there is none.
///   `at_start`: the piece is the beginning of the whole text.
std::string with_visible_spaces(std::string_view text, const space_symbol& how, bool at_start);

}  // namespace tenon::samples
