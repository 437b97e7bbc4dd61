// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokenizer goldens of tests/goldens, and the streaming decoder over a list of ids.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tokenizer/bpe.hpp"
#include "tokenizer/stream_decoder.hpp"
#include "tokenizer/utf8.hpp"

using ids_t = std::vector<std::int32_t>;

inline const std::filesystem::path source = TENON_SOURCE_DIR;
inline const std::filesystem::path goldens = source / "tests" / "goldens";

struct golden_case {
  std::string text;
  ids_t ids;
  std::string decoded;  // what the ids say; it is the text where that comes back whole
};

// `text` may be given once with the number of times that it is repeated.
inline std::vector<golden_case> read_cases(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<golden_case> cases;
  for (const auto& item : nlohmann::json::parse(stream)) {
    std::string text;
    for (int i = item.value("times", 1); i > 0; --i) text += item["text"].get<std::string>();
    cases.push_back({text, item["ids"].get<ids_t>(), item.value("decoded", text)});
  }
  REQUIRE(cases.size() >= 9);
  return cases;
}

inline std::string streamed(const tenon::samples::bpe& tokenizer, const ids_t& ids) {
  tenon::samples::stream_decoder stream(tokenizer);
  std::string text;
  for (const auto id : ids) {
    const std::string part = stream.push(id);
    REQUIRE(tenon::samples::first_invalid_utf8(part) == std::string::npos);
    text += part;
  }
  return text + stream.flush();
}
