// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds the compiled model that computes what a config.json asks for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checkpoint/compiled_gpt.hpp"
#include "checkpoint/model_config.hpp"

namespace tenon::samples {

/// The values in which a compiled model differs: "n_layer is 6, 'gpt2' has 12"; empty if none do.
std::vector<std::string> differences(const model_config& config, const compiled_gpt& model);

/// The item of TENON_SAMPLES_GPT2 for a config: "name:n_layer,n_head,...".
std::string configuration_text(const std::string& name, const model_config& config);

/// The model without differences that computes in `compute`.
///   Refers into `models`. Throws model_error if config.json asks for what the sample refuses, or
///   if no model fits; the message then has the CMake line that adds it under the name of the
///   directory.
const compiled_gpt& choose_model(const std::filesystem::path& directory, const model_config& config,
                                 std::span<const compiled_gpt> models,
                                 tenon_dtype compute = TENON_F32);

}  // namespace tenon::samples
