// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The decoders that a program was linked with, of any family, and what each was compiled for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <tenon/runtime/model.hpp>

namespace tenon::samples {

struct compiled_model {
  const tenon_model* model;
  std::string family;                           // as wanted_model has it
  std::map<std::string, std::string> settings;  // of its item; of a mere name the value is empty
  int n_block, n_vocab;
  const char* configuration = "";   // its item of TENON_SAMPLES_GPT2
  tenon_dtype compute = TENON_F32;  // what the products of `step` read: f32 or bf16
};

/// What follows the family in an item: "n_layer=2,act=gelu,untied".
std::map<std::string, std::string> read_settings(std::string_view text);

/// Reads what Families.cmake wrote into METADATA of the model.
///   Throws model_error, naming what it lacks.
compiled_model read_compiled_model(const runtime::model& model);

/// All models of this program, in the order in which they were linked.
std::vector<compiled_model> all_compiled_models();

}  // namespace tenon::samples
