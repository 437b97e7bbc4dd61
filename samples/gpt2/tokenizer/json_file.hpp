// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of untrusted files: whole texts of bounded size, and strict JSON.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace tenon::samples {

/// The bytes of a regular file of at most 128 MiB.
///   Throws tokenizer_error if it cannot be read or is something else.
std::string read_text(const std::filesystem::path& file);

/// Parses a JSON file. Beyond the grammar: a key may occur once in an object (nlohmann would keep
/// the last one silently) and values nest at most 16 deep. NaN, Infinity and -Infinity, which
/// Python writes, become strings of that text, so that they matter only where a number is read.
///   Throws tokenizer_error naming the file and the place.
nlohmann::json read_json(const std::filesystem::path& file);

}  // namespace tenon::samples
