// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A trained model as a Hugging Face directory, and how it is read again.
#pragma once

#include <filesystem>

#include <tenon/runtime/weights.hpp>

#include "gpt.hpp"
#include "text/vocabulary.hpp"

namespace tenon::samples {

/// Writes config.json, model.safetensors and the vocabulary, which was loaded from `data`, each
/// file whole or not at all. Models without biases get biases of 0, which compute the same: GPT-2
/// as transformers has it is always with them.
///   Throws model_error.
void write_model(const std::filesystem::path& folder, const runtime::weights& weights,
                 const gpt_config& config, const vocabulary& tokens,
                 const std::filesystem::path& data);

/// Reads model.safetensors. Where the model has no biases, those of the file must be 0.
///   Throws model_error.
runtime::weights read_model(const std::filesystem::path& folder, const tenon_model& model,
                            const gpt_config& config, const runtime::options& how);

/// What config.json says of a compiled model.
std::string config_json(const gpt_config& config, const vocabulary& tokens);

}  // namespace tenon::samples
