// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements of a row that are not side by side: every second one, say, as in rotary positions of
// neighbours.
#pragma once
#include "kernel/Kernel.h"

#include <optional>

namespace tenon {

/// Loads and stores with shuffles up to this distance; element by element beyond.
constexpr int64_t mostShuffled = 4;

/// In front of element `begin` of a row of `columns`, where a run of all elements begins that spans
/// `count` of every step-th from there on, and does not leave the row. None where there is none, or
/// it would not pay.
std::optional<int64_t> runBefore(int64_t begin, int64_t step, int64_t count, int64_t columns);

/// As f32, `lanes` elements from `index` on, each `step` behind the one before. `before`: of
/// `runBefore`.
mlir::Value loadEvery(KernelBuilder &k, mlir::Value base, mlir::Value index, mlir::Type element,
                      unsigned lanes, int64_t step, std::optional<int64_t> before);

/// Stores elements from `index` on, each `step` behind the one before.
void storeEvery(KernelBuilder &k, mlir::Type element, mlir::Value elements, mlir::Value base,
                mlir::Value index, int64_t step);

/// Stores elements that take turns: the first of each of `turns`, then the second of each.
void storeTurns(KernelBuilder &k, mlir::Type element, llvm::ArrayRef<mlir::Value> turns,
                mlir::Value base, mlir::Value index);

} // namespace tenon
