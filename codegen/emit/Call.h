// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The call that generated code is handed: tenon_call of runtime/include/tenon/runtime/abi.h.
#pragma once
#include "mlir/IR/Builders.h"

namespace tenon {

/// The fields of tenon_call, each of 8 bytes.
enum class CallField {
  Weights,
  Arena,
  State,
  Inputs,
  Outputs,
  Dims,
  Position,
  Barrier,
  BarrierContext,
  Observe,
  ObserveContext,
  Training
};

/// Loads a field of the call.
mlir::Value loadField(mlir::OpBuilder &b, mlir::Location loc, mlir::Value call, CallField name,
                      mlir::Type type);

/// Waits for all threads of the call; `thread` is the number of this one, i32.
void emitBarrier(mlir::OpBuilder &b, mlir::Location loc, mlir::Value call, mlir::Value thread);

} // namespace tenon
