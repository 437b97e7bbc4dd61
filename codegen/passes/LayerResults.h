// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What layers of a stack return.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Lets each value that a layer returns be computed by a kernel of the layer and be returned once,
/// as the plan of memory needs it: a copy where it is something else, as what the layer is given
/// itself.
void ownLayerResults(RepeatOp stack);

} // namespace tenon
