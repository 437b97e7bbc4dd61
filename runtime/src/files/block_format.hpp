// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Quantised tensors: rows cut into blocks of a few elements, each with scales of its own, as GGUF
// has them. Here they are only read: each block becomes the values that it stands for.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tenon::runtime::detail {

struct block_format {
  const char* name;
  std::uint32_t elements, bytes;  // of a block
  /// The f32 values of `blocks` blocks, in the format's own steps: one rounding for each product,
  /// one for each sum, none fused, so the bits are the same on every machine.
  void (*decode)(const std::byte* from, float* to, std::size_t blocks);
};

constexpr std::uint32_t most_block_elements = 256;

/// Null where the name is none of Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K.
const block_format* find_block_format(const char* name);

}  // namespace tenon::runtime::detail
