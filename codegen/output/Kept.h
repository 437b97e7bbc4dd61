// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What training keeps of each layer for its backward, and what it computes again, for `tenonc
// explain`.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Lines of text on each layer stack of an entry that trains; empty for other entries.
std::string writeKept(mlir::func::FuncOp function);

} // namespace tenon
