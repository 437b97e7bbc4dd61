// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What config.json of a Llama-like family asks for: llama, mistral, qwen2, qwen3.
#pragma once

#include <filesystem>
#include <vector>

#include "checkpoint/wanted_model.hpp"
#include "llama.hpp"

namespace tenon::samples {

bool is_llama_like(const nlohmann::json& model_type);

/// Throws model_error or tokenizer_error on what is malformed; what is not computed is refused.
wanted_model read_llama_config(const std::filesystem::path& directory);

/// The values of a model of llama.model.cpp, by the names of config.json and in one form.
std::vector<model_value> values_of(const llama_config& config);

}  // namespace tenon::samples
