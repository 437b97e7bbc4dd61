// exp, log and GELU on f32 vectors, written out in arithmetic: no library calls, the same bits in
// every lane and on every number of lanes.
#pragma once
#include "Kernel.h"

namespace tenon {

/// e^x. Subnormal results, infinities and NaN as in IEEE arithmetic.
mlir::Value emitExp(KernelBuilder &k, mlir::Value x);
/// log x for normal x > 0.
mlir::Value emitLog(KernelBuilder &k, mlir::Value x);
/// GELU in either form; see tenon.gelu.
mlir::Value emitGelu(KernelBuilder &k, mlir::Value x, GeluKind form);

} // namespace tenon
