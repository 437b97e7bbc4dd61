// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds the compiled model that computes what a config.json asks for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checkpoint/compiled_model.hpp"
#include "checkpoint/wanted_model.hpp"

namespace tenon::samples {

/// The values in which a compiled model differs: "n_layer is 6, 'gpt2' has 12"; empty if none do.
std::vector<std::string> differences(const wanted_model& wanted, const compiled_model& model);

/// The model that differs least, of at least one, and where it differs.
struct nearest_model {
  const compiled_model* model;
  std::vector<std::string> differing;
};
nearest_model nearest(const wanted_model& wanted, std::span<const compiled_model> models);

/// The model without differences that computes in `compute`.
///   Refers into `models`. Throws model_error if config.json asks for what the sample refuses, or
///   if no model fits; the message then has the CMake line that adds it under the name of the
///   directory.
const compiled_model& choose_model(const std::filesystem::path& directory,
                                   const wanted_model& wanted,
                                   std::span<const compiled_model> models,
                                   tenon_dtype compute = TENON_F32);

}  // namespace tenon::samples
