// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// training_dropout of a few elements of one row: inside chains (Elementwise.cpp) and gathered rows
// (Rows.cpp).
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

/// `value`, elements of row `row` of the operation's x from column `column` on, dropped or scaled.
/// The last `inner` dimensions of x are its columns. But for what is in `beyond`, columns are
/// multiples of the number of lanes, or of 4 where that is more.
mlir::Value emitDropout(KernelBuilder &k, TrainingDropoutOp op, mlir::Value value, mlir::Value row,
                        mlir::Value column, unsigned inner = 1, int64_t beyond = 0);

/// The layers whose masks differ: the depth of the stack that it stands in, or 1.
int64_t dropoutLayers(TrainingDropoutOp op);

/// Vectors that a loop over columns takes at a time for chains with dropout: so many elements use
/// all the lanes of a Philox evaluation (Philox.h).
constexpr unsigned dropoutVectors = 4;

} // namespace tenon
