// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The GPTs that the program was linked with, and what each was compiled for.
#pragma once

#include <vector>

#include <tenon/runtime/model.hpp>

#include "gpt.hpp"

namespace tenon::samples {

struct compiled_gpt {
  const tenon_model* model;
  gpt_config config;
  const char* configuration = "";  // its item of TENON_SAMPLES_NANOGPT
};

/// Reads a model of gpt2.model.cpp: sizes are its dimensions, parameters tell of biases and of a
/// head of its own, the rest is its METADATA (Configurations.cmake).
///   Throws model_error, naming what it lacks.
compiled_gpt read_compiled(const runtime::model& model);

/// All models of this program, in the order in which they were linked.
std::vector<compiled_gpt> compiled_models();

}  // namespace tenon::samples
