// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes of memory at their greatest, in arithmetic that cannot wrap: dimensions go up to 2^32.
#pragma once
#include "Tenon.h"

#include "llvm/Support/MathExtras.h"

namespace tenon {

/// What a process can address on every CPU target: 47 bits.
inline constexpr uint64_t mostBytes = uint64_t(1) << 47;

/// Bytes of a tensor with all of its dimensions at their greatest; UINT64_MAX where they are more.
inline uint64_t greatestBytes(ModelOp model, mlir::RankedTensorType type) {
  uint64_t bytes = (type.getElementTypeBitWidth() + 7) / 8;
  for (auto [size, name] : llvm::zip_equal(type.getShape(), dimNames(type)))
    bytes = llvm::SaturatingMultiply<uint64_t>(
        bytes, mlir::ShapedType::isDynamic(size) ? lookupDim(model, name).getMax() : size);
  return bytes;
}

} // namespace tenon
