// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The commands `minilm embed` and `minilm similar`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tenon::samples {

struct embed_options {
  std::filesystem::path model;
  std::vector<std::string> sentences;
  std::filesystem::path file;  // in place of sentences; "-": standard input
  std::int32_t threads = 0;
};

/// Prints a line for each text: its numbers, with spaces between.
void run_embed(const embed_options& options);

/// Prints a line for each text: its number, its cosines with all texts, the text.
void run_similar(const embed_options& options);

}  // namespace tenon::samples
