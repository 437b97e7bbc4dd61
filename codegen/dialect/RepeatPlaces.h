// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the values of a stack of layers lie, as tenon-plan-arena writes it on a `repeat`.
#pragma once
#include "Tenon.h"

namespace tenon {

/// A value that goes from layer to layer, in bytes of the arena (-1 - n: output n). Layers 0, 2, 4
/// ... write to `even`, the others to `odd`. With a stride it walks along a stack: layer l finds it
/// at even + l * stride and writes it to even + (l + 1) * stride.
struct CarriedPlace {
  int64_t even, odd, stride;
};

/// A stack of a layer's values: that of layer l at offset + l * stride. Read until step `end`.
struct StackPlace {
  int64_t offset, stride, end;
};

struct RepeatPlaces {
  llvm::SmallVector<CarriedPlace> carried;
  llvm::SmallVector<StackPlace> stacks;

  static RepeatPlaces of(RepeatOp repeat);
  void writeTo(RepeatOp repeat) const;
};

} // namespace tenon
