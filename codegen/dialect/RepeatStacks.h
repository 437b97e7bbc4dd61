// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What layers of a loop leave for another loop.
#pragma once
#include "Tenon.h"

namespace tenon {

/// The same loop with further results of these types: stacks of what its body yields behind the
/// carried values and the stacks that it has. Takes the place of `loop`.
RepeatOp withStacks(RepeatOp loop, mlir::TypeRange stacks);

/// Whether a value is a stack of layers' values, whose slices only loops take.
bool isStack(mlir::Value value);

} // namespace tenon
