// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// model.safetensors.index.json: which shard holds which tensor. Untrusted, like the shards.
#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

struct shard_index {
  std::vector<std::string> files;                        // plain names, in order of appearance
  std::unordered_map<std::string, std::size_t> file_of;  // tensor -> index into files
};

tenon_status read_shard_index(const std::string& path, shard_index& index);

}  // namespace tenon::runtime::detail
