// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Options of a tokenizer.json; see json_options.hpp.
#include "tokenizer/json_options.hpp"

#include <nlohmann/json.hpp>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

using nlohmann::json;
using path = std::filesystem::path;

const json& at(const json& object, const char* key) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

void expect(const path& file, const std::string& name, const json& found, bool fits,
            const std::string& wanted) {
  if (fits) return;
  fail_in(file, name + " is " + shown(found.dump()) + ", but only " + wanted +
                    " is supported; use a byte-level BPE tokenizer, as GPT-2's and Llama 3's, or "
                    "one as SentencePiece's, with byte_fallback");
}

void expect_off(const path& file, const json& object, const std::string& where, const char* key,
                const json& off) {
  const json& found = at(object, key);
  expect(file, where + key, found, found.is_null() || found == off, off.dump());
}

bool flag(const path& file, const json& object, const std::string& where, const char* key,
          bool fallback) {
  const json& found = at(object, key);
  expect(file, where + key, found, found.is_null() || found.is_boolean(), "true or false");
  return found.is_null() ? fallback : found.get<bool>();
}

std::string word(const path& file, const json& object, const std::string& where, const char* key) {
  const json& found = at(object, key);
  expect(file, where + key, found,
         found.is_string() && !found.get_ref<const std::string&>().empty(),
         "a text that is not empty");
  return found.get<std::string>();
}

}  // namespace tenon::samples
