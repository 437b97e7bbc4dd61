// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Options of a tokenizer.json: looked up, and refused by name where they ask for something else.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tenon::samples {

/// The value of a key; null where it is absent, which the files mean by it themselves.
const nlohmann::json& at(const nlohmann::json& object, const char* key);

/// Throws tokenizer_error unless `found` fits: "<file>: <name> is <found>, but only <wanted> is
/// supported".
void expect(const std::filesystem::path& file, const std::string& name, const nlohmann::json& found,
            bool fits, const std::string& wanted);

/// An option that has to be off: absent, null or equal to `off`; `where` stands before its name.
void expect_off(const std::filesystem::path& file, const nlohmann::json& object,
                const std::string& where, const char* key, const nlohmann::json& off);

/// true or false; `fallback` for an option that is absent or null.
bool flag(const std::filesystem::path& file, const nlohmann::json& object, const std::string& where,
          const char* key, bool fallback);

/// A text that is not empty.
std::string word(const std::filesystem::path& file, const nlohmann::json& object,
                 const std::string& where, const char* key);

}  // namespace tenon::samples
