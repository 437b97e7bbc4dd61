// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes what `tenonc explain` prints: what each entry computes in which kernels, and at what cost.
#pragma once
#include "Compiled.h"

namespace tenon {

/// Text for people; its layout may change.
std::string writeExplain(const CompiledModel &model);

} // namespace tenon
