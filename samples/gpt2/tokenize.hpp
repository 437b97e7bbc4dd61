// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 tokenize`.
#pragma once

#include <filesystem>

#include "prompt.hpp"

namespace tenon::samples {

/// Prints a line for each token of a text: its id and, quoted, what it stands for. Needs a
/// tokenizer, no model.
///   Throws std::runtime_error with a message for the user.
void run_tokenize(const std::filesystem::path& directory, const prompt_source& from);

}  // namespace tenon::samples
