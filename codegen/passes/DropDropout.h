// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dropout where nothing is dropped.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Puts in place of a dropout what it takes.
void dropDropout(DropoutOp op);

} // namespace tenon
