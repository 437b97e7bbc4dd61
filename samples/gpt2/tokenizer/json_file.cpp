// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bounded, strict reading of the tokenizer's files.
#include "tokenizer/json_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <vector>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::uintmax_t size_limit = std::uintmax_t{128} << 20;
constexpr int depth_limit = 16;

// The text with quotes around the numbers that JSON does not have.
std::string with_quoted_numbers(std::string_view text) {
  constexpr std::string_view numbers[] = {"NaN", "Infinity", "-Infinity"};
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  while (!text.empty()) {
    std::size_t bytes = in_string && text[0] == '\\' && text.size() > 1 ? 2 : 1;
    if (text[0] == '"') in_string = !in_string;
    const auto number =
        in_string ? std::end(numbers)
                  : std::find_if(std::begin(numbers), std::end(numbers),
                                 [&](std::string_view each) { return text.starts_with(each); });
    if (number != std::end(numbers)) {
      bytes = number->size();
      out.append("\"").append(*number).append("\"");
    } else {
      out.append(text.substr(0, bytes));
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    fail_in(file, "is not a regular file; pass a Hugging Face model directory");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail_in(file, "its size cannot be read: " + error.message());
  if (size > size_limit) {
    fail_in(file, "has " + std::to_string(size) + " bytes, more than the " +
                      std::to_string(size_limit) + " that a tokenizer file may have");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (!stream) fail_in(file, "cannot be read; check its permissions");
  return text;
}

nlohmann::json read_json(const std::filesystem::path& file) {
  using event = nlohmann::json::parse_event_t;
  const std::string text = with_quoted_numbers(read_text(file));
  std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open

  const auto check = [&](int depth, event kind, nlohmann::json& value) {
    if (kind == event::object_start || kind == event::array_start) {
      if (depth >= depth_limit) {
        fail_in(file, "values nest deeper than " + std::to_string(depth_limit) +
                          "; this is not a tokenizer file");
      }
      if (kind == event::object_start) keys.emplace_back();
    } else if (kind == event::object_end) {
      keys.pop_back();
    } else if (kind == event::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!keys.back().insert(key).second) {
        fail_in(file, "the key " + shown(key) + " occurs twice in one object; remove one");
      }
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    fail_in(file, "is not valid JSON: " + shown(error.what(), 200));
  }
}

}  // namespace tenon::samples
