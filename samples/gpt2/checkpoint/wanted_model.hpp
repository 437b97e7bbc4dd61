// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What config.json of a directory asks for, whatever its family.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/config_reader.hpp"

namespace tenon::samples {

/// A value that decides what is computed, by its name in config.json.
struct model_value {
  std::string key, value;
  bool operator==(const model_value&) const = default;
};

struct wanted_model {
  std::string family;               // the model's source: "gpt2" or "llama"
  std::vector<model_value> values;  // what a compiled model has to agree with
  std::int64_t n_positions;         // the most that a compiled model may have
  std::string configuration;        // in an item of TENON_SAMPLES_GPT2, behind the name and ":"
  std::vector<config_key> keys;
  std::string impossible;  // what cannot be in any model; empty if nothing
};

/// Reads config.json of a directory; model_type tells the family.
///   Throws model_error or tokenizer_error if it is absent or malformed.
wanted_model read_wanted_model(const std::filesystem::path& directory);

}  // namespace tenon::samples
