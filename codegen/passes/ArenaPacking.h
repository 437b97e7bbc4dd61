// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where pieces of memory that live at different times lie in one arena: arithmetic, no MLIR.
#pragma once
#include "tenon/runtime/abi.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace tenon {

/// Steps of a program, both ends included.
struct Steps {
  int64_t begin, end;
  bool overlaps(Steps other) const { return begin <= other.end && other.begin <= end; }
};

/// A piece of memory, when it holds something, and its place in bytes.
struct ArenaBuffer {
  int64_t bytes = 0;
  llvm::SmallVector<Steps, 2> live; // perhaps with gaps, in which others may lie there
  int64_t offset = 0;

  bool livesWith(const ArenaBuffer &other) const;
};

/// Bytes between the starts of two buffers are a multiple of this.
inline constexpr int64_t arenaAlignment = TENON_ALIGNMENT;

/// Sets the offsets, so that buffers that live at the same time do not overlap, and returns the
/// size of the arena. Not always the smallest, which is NP-hard to find; `mostLive` is a bound.
int64_t packArena(llvm::MutableArrayRef<ArenaBuffer> buffers);

/// The greatest sum of the sizes of what lives in one step, and the first step where it is reached:
/// no arena can be smaller.
struct MostLive {
  int64_t bytes = 0, step = 0;
};
MostLive mostLive(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace tenon
