// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a GGUF file says of its model, as the config.json of that model would.
#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

namespace tenon::samples {

/// Whether a model is one file in GGUF, by its name or its first bytes.
bool is_gguf(const std::filesystem::path& model);

/// The file that says what a model computes, for messages: the GGUF file, or config.json.
std::filesystem::path config_file(const std::filesystem::path& model);

/// The keys of a config.json, by the file's architecture, so that each family reads both alike.
/// What GGUF does not say is as llama.cpp computes it: GPT-2's activation, Gemma 2's scale of
/// scores. Whether the head is the token table, and Llama 3's scaling of rotary positions, follow
/// from the tensors.
///   Throws model_error where the file is malformed, lacks a key or has another architecture.
nlohmann::json config_of_gguf(const std::filesystem::path& file);

}  // namespace tenon::samples
