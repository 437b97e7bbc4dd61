// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Call.h.
#include "Call.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace tenon {

Value loadField(OpBuilder &b, Location loc, Value call, CallField name, Type type) {
  Value bytes = LLVM::ConstantOp::create(b, loc, b.getI64IntegerAttr(static_cast<int64_t>(name)));
  Value place = LLVM::GEPOp::create(b, loc, call.getType(), b.getI8Type(), call, ValueRange{bytes});
  return LLVM::LoadOp::create(b, loc, type, place);
}

void emitBarrier(OpBuilder &b, Location loc, Value call, Value thread) {
  Type pointer = call.getType();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                          {pointer, b.getI32Type()});
  Value function = loadField(b, loc, call, CallField::Barrier, pointer);
  Value context = loadField(b, loc, call, CallField::BarrierContext, pointer);
  LLVM::CallOp::create(b, loc, type, ValueRange{function, context, thread});
}

} // namespace tenon
