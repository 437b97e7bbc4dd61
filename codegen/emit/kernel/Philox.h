// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random words in kernels: Philox4x32-10 in vectors, as the reference has it
// (reference/random.cpp). Word e of a stream is word e mod 4 of the counter (floor(e / 4), layer +
// layers * floor(e / 2^34), stream, step) under the key (seed, purpose), each modulo 2^32: `layers`
// is the depth of the stack, 1 outside of one, so that no two elements share a counter.
#pragma once
#include "Kernel.h"

namespace tenon {

/// Which words: all but the number of the first. The values are i32.
struct PhiloxStream {
  mlir::Value seed;
  uint32_t purpose; // 0: dropout, 1: initial values
  mlir::Value layer;
  uint32_t stream;
  mlir::Value step;
  int64_t layers;
  bool isShort; // no element has a number of 2^34 or more

  static constexpr int64_t shortElements = int64_t(1) << 34;
};

/// The words (i32) of `lanes` neighbouring elements from number `first` (index) on.
///
/// Where `aligned`, `first` is a multiple of 4 and so is `lanes`, and lanes / 4 counters are worked
/// out side by side, in 64-bit lanes, whose products are one instruction on x86; 4 registers of
/// elements fill one of counters. Otherwise each element works out its own counter, at 4 times the
/// cost.
mlir::Value emitPhilox(KernelBuilder &k, const PhiloxStream &stream, mlir::Value first,
                       unsigned lanes, bool aligned);

/// Rows of `columns` elements begin at multiples of 4, and so do all vectors and pieces of them:
/// what `aligned` needs.
inline bool philoxAligned(int64_t columns, unsigned lanes) {
  return columns % 4 == 0 && lanes % 4 == 0;
}

} // namespace tenon
