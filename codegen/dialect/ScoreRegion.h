// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The score function of an attention, in its forms in the forward, in training and in the backward
// alike: what its region holds.
#pragma once
#include "Tenon.h"

namespace tenon {

/// The region of an attention's scores, null of other operations. It is empty where the scores are
/// scaled only.
mlir::Region *scoreOf(mlir::Operation *op);

/// What a score function makes below this counts as this, but for -infinity: a log-sum-exp of
/// scores of -1e30 would lose the number of its terms.
inline constexpr double leastScore = -0x1p24;

/// Whether a score function may hold an operation: what works on each element by itself.
bool isOfScores(mlir::Operation *op);

} // namespace tenon
