// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names, types and shapes of the tensors in a safetensors checkpoint, for showing them. Whether it
// loads is for the runtime to say: tenon::runtime::weights::load checks every rule of the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tenon::samples {

struct listed_tensor {
  std::string name;   // as in the file
  std::string dtype;  // "F32"
  std::vector<std::int64_t> shape;
  std::filesystem::path file;
  std::uint64_t begin, end;  // its bytes in the file, as the file claims
};

/// The tensors of one .safetensors file, by name.
///   Throws model_error or tokenizer_error if the header cannot be read.
std::vector<listed_tensor> list_file(const std::filesystem::path& file);

/// The tensors of a directory: of model.safetensors, or of all the shards of its index.
std::vector<listed_tensor> list_checkpoint(const std::filesystem::path& directory);

}  // namespace tenon::samples
