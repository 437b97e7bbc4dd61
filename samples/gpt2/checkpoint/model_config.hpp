// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What config.json of a Hugging Face GPT-2 directory asks for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/wanted_model.hpp"
#include "gpt.hpp"

namespace tenon::samples {

struct model_config {
  std::int64_t n_layer, n_head, n_embd, vocab_size, n_positions;
  activation act;
  double epsilon;  // of the layer norms
  std::vector<config_key> keys;
  std::int64_t n_inner = 0;  // inside the MLP; 0: 4 C
  bool tied = true;          // the head is the token table

  std::int64_t n_hidden() const { return n_inner > 0 ? n_inner : 4 * n_embd; }

  std::string refusals() const { return refusals_of(keys); }
};

/// The function that transformers calls so, if activations.hpp has it.
std::optional<activation> find_activation(std::string_view name);

/// Reads config.json of a directory.
///   Throws model_error or tokenizer_error if it is absent, malformed or of another architecture.
model_config read_model_config(const std::filesystem::path& directory);

wanted_model wanted_of(const model_config& config);

/// The values of a model of gpt2.model.cpp, by the names of config.json and in one form.
std::vector<model_value> values_of(const gpt_config& config);

}  // namespace tenon::samples
