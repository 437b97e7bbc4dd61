// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenonc reference: runs one entry of a model in double precision, from files to a file.
#pragma once
#include "Pipelines.h"

#include <cstdint>
#include <string>

namespace tenon {

struct ReferenceRequest {
  std::string object, model, entry; // `model` empty for the object's first
  // safetensors; layers by number, as in a checkpoint. For entries that train, `inputs` may have
  // the gradients and moments of before as "grad.<name>", "moment1.<name>" and "moment2.<name>".
  std::string params, inputs; // `params` is not read for `init`
  // safetensors: the entry's outputs in order, F64; then what training writes of each parameter,
  // gradients and moments as above, the new values as "param.<name>".
  std::string output;
  ComputeType compute = ComputeType::Declared;
  int64_t position = 0; // of the first token; nothing is cached before it
  uint64_t noise = 0;   // a seed of the interpreter's noise; 0 for none
};

/// The exit status; errors go to stderr.
int runReference(const ReferenceRequest &request);

} // namespace tenon
