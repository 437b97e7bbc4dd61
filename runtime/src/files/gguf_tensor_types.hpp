// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of tensors in GGUF files, by their numbers.
#pragma once
#include <cstdint>

#include "element.hpp"

namespace tenon::runtime::detail {

struct gguf_tensor_type {
  const char* name;
  std::uint32_t elements, bytes;  // of a block; of what is not quantised of one element
};

/// Null where no type has that number, or had it once.
const gguf_tensor_type* find_gguf_tensor_type(std::uint32_t number);

}  // namespace tenon::runtime::detail
