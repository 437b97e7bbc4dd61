// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What config.json of a directory asks for, whatever its family.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/config_reader.hpp"

namespace tenon::samples {

/// A value that decides what is computed.
struct model_value {
  std::string setting;       // its name in items of TENON_SAMPLES_GPT2
  std::string key;           // its name in config.json
  std::string value;         // as a number, a word, or numbers between slashes
  std::string absent = {};   // what an item without it means; empty: every item has it
  std::string present = {};  // what its mere name in an item means; empty: items have a value
  std::string advised = {};  // what an item for this checkpoint has, where that is another value
  bool at_most = false;      // a compiled model may have less

  bool operator==(const model_value&) const = default;
};

struct wanted_model {
  std::string family;  // families.hpp
  std::vector<model_value> values;
  std::vector<config_key> keys;
  std::string impossible;  // what cannot be in any model; empty if nothing

  /// What an item of TENON_SAMPLES_GPT2 has behind its name and ":".
  std::string configuration() const;
};

/// Reads config.json of a directory; model_type tells the family, GPT-2 where it is absent.
///   Throws model_error or tokenizer_error if it is absent or malformed; what is not computed is
///   refused in `keys`.
wanted_model read_wanted_model(const std::filesystem::path& directory);

}  // namespace tenon::samples
