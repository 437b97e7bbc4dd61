// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `nanogpt prepare`: texts in, token files out.
#pragma once

#include <filesystem>
#include <vector>

namespace tenon::samples {

struct prepare_options {
  std::vector<std::filesystem::path> texts;  // UTF-8, one after the other
  std::filesystem::path out;                 // the folder to write
  std::filesystem::path vocab, merges;       // of GPT-2's byte pairs; empty: characters
};

/// Writes meta.json, train.bin (the first 90 % of the characters) and val.bin: ids as uint16,
/// little endian, as nanoGPT's prepare.py does; for byte pairs also vocab.json and merges.txt. The
/// parts are encoded apart. Prints how many there are.
///   Throws std::runtime_error with a message for the user.
void run_prepare(const prepare_options& options);

}  // namespace tenon::samples
