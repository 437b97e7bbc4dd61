// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes on the tenon dialect; their documentation is in Passes.td.
#pragma once
#include "Tenon.h"

#include "mlir/Pass/Pass.h"

namespace tenon {
#define GEN_PASS_DECL
#include "Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "Passes.h.inc"

/// Registers all passes of the tenon dialect with tenon-opt.
inline void registerPasses() { registerTenonPasses(); }
} // namespace tenon
