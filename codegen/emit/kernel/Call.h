// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The call that generated code is handed: tenon_call of the runtime's ABI.
#pragma once
#include "mlir/IR/Builders.h"
#include "tenon/runtime/abi.h"

#include <cstddef>

namespace tenon {

/// The fields of tenon_call that kernels read, as X(name here, field of the struct).
#define TENON_CALL_FIELDS(X)                                                                       \
  X(Weights, weights)                                                                              \
  X(Arena, arena)                                                                                  \
  X(State, state)                                                                                  \
  X(Inputs, inputs)                                                                                \
  X(Outputs, outputs)                                                                              \
  X(Dims, dims)                                                                                    \
  X(Position, position)                                                                            \
  X(NextShare, next_share)                                                                         \
  X(ShareContext, share_context)                                                                   \
  X(Observe, observe)                                                                              \
  X(ObserveContext, observe_context)                                                               \
  X(Training, training)                                                                            \
  X(ThreadMemory, thread_memory)                                                                   \
  X(ThreadStride, thread_stride)

/// Where a field lies, in bytes. The descriptor asserts the same of the struct that the
/// application's compiler sees; every target has pointers and integers of 8 bytes, as this machine.
enum class CallField : size_t {
#define TENON_CALL_FIELD(name, field) name = offsetof(tenon_call, field),
  TENON_CALL_FIELDS(TENON_CALL_FIELD)
#undef TENON_CALL_FIELD
};
static_assert(sizeof(void *) == 8, "tenonc takes the layout of tenon_call from its own");

/// Loads a field of the call.
mlir::Value loadField(mlir::OpBuilder &b, mlir::Location loc, mlir::Value call, CallField name,
                      mlir::Type type);

/// The number, i32, of the share that `thread` (i32) is to compute next of the stage that it is in;
/// -1 when all of the stage are computed.
mlir::Value emitNextShare(mlir::OpBuilder &b, mlir::Location loc, mlir::Value call,
                          mlir::Value thread);

} // namespace tenon
