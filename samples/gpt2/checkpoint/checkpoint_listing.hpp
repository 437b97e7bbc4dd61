// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names, types and shapes of the tensors in a safetensors checkpoint, for showing them. Whether it
// loads is for the runtime to say, whose reader this is: tenon::runtime::weights::load.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <tenon/runtime/abi.h>

namespace tenon::samples {

struct listed_tensor {
  std::string name;   // as in the file
  std::string dtype;  // "F32"
  std::vector<std::int64_t> shape;

  /// The name without what torch.compile, DistributedDataParallel and the model's family put before
  /// it.
  std::string bare_name(const tenon_model& model) const;
};

/// Whether the model says that checkpoints may hold such a tensor beside its parameters.
bool needs_no_parameter(const tenon_model& model, const std::string& bare_name);

/// The tensors of a directory: of model.safetensors, or of all the shards of its index.
///   Throws model_error or tokenizer_error if they cannot be read.
std::vector<listed_tensor> list_checkpoint(const std::filesystem::path& directory);

}  // namespace tenon::samples
