// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rows that views read and make: one dimension, or several side by side.
#pragma once
#include "Tenon.h"

namespace tenon {

/// How many of the last dimensions of `whole` the last one of a part of its rows is in place of; 0
/// where it cannot be a part.
unsigned rowRank(mlir::RankedTensorType part, mlir::RankedTensorType whole);

/// The elements of a row: of all of the last `rank` dimensions.
int64_t rowColumns(mlir::RankedTensorType type, unsigned rank = 1);

} // namespace tenon
