// tenonc reference: runs one entry of a model in double precision, from files to a file.
#pragma once
#include "Pipelines.h"

#include <cstdint>
#include <string>

namespace tenon {

struct ReferenceRequest {
  std::string object, model, entry; // `model` empty for the object's first
  std::string params, inputs;       // safetensors; layers by number, as in a checkpoint
  std::string output;               // safetensors: the entry's outputs in order, F64
  ComputeType compute = ComputeType::Declared;
  int64_t position = 0; // of the first token; nothing is cached before it
};

/// The exit status; errors go to stderr.
int runReference(const ReferenceRequest &request);

} // namespace tenon
