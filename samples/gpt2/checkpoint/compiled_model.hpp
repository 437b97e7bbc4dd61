// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The decoders that a program was linked with, of any family, and what each was compiled for.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/compiled_gpt.hpp"
#include "checkpoint/wanted_model.hpp"

namespace tenon::samples {

struct compiled_model {
  const tenon_model* model;
  std::string family;               // as wanted_model has it
  std::vector<model_value> values;  // the same keys in the same order
  int n_block, n_vocab;
  const char* configuration = "";   // its item of TENON_SAMPLES_GPT2
  tenon_dtype compute = TENON_F32;  // what the products of `step` read: f32 or bf16
};

compiled_model compiled_of(const compiled_gpt& gpt);

/// Reads a model of gpt2.model.cpp or llama.model.cpp: METADATA names the family.
///   Throws model_error, naming what it lacks.
compiled_model read_compiled_model(const runtime::model& model);

/// All models of this program, in the order in which they were linked.
std::vector<compiled_model> all_compiled_models();

}  // namespace tenon::samples
