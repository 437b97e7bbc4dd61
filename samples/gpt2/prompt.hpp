// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text that a command is given: on the command line, in a file, or on standard input.
#pragma once

#include <filesystem>
#include <string>

namespace tenon::samples {

struct prompt_source {
  std::string text;
  std::filesystem::path file;  // instead of `text`; "-": standard input
};

/// The text, at most 1 MiB. Throws model_error if it is empty or cannot be read.
std::string read_prompt(const prompt_source& from);

}  // namespace tenon::samples
