// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rows that views read and make: one dimension, or several side by side.
#pragma once
#include "Tenon.h"

namespace tenon {

/// How many dimensions stand in front of the rows of two types: the first ones that both have, but
/// for the last of either. What is behind them is a row of each.
unsigned outerRank(mlir::RankedTensorType x, mlir::RankedTensorType y);
/// The same of what a view reads and makes.
unsigned outerRank(mlir::Operation *view);

/// The elements of a row: of all of the last `rank` dimensions.
int64_t rowColumns(mlir::RankedTensorType type, unsigned rank = 1);
/// Those of a row of what a view reads or makes.
int64_t viewColumns(mlir::Operation *view, mlir::Value value);

} // namespace tenon
