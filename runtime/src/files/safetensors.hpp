// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The header of a safetensors file, checked in full before any of it is used.
// Format: https://github.com/huggingface/safetensors ("Format"): u64 header length, JSON, data.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "file.hpp"
#include "stored_tensor.hpp"

namespace tenon::runtime::detail {

/// What else a header says.
struct header_extras {
  std::vector<std::pair<std::string, std::string>> metadata;  // of __metadata__
  std::string text;                                           // the header's bytes
};

/// Reads and checks the header of an open file; the tensors come in the order of their bytes.
tenon_status read_header(const file& source, std::vector<stored_tensor>& tensors,
                         header_extras* extras = nullptr);

}  // namespace tenon::runtime::detail
