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

Value emitNextShare(OpBuilder &b, Location loc, Value call, Value thread) {
  Type pointer = call.getType();
  auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer, b.getI32Type()});
  Value function = loadField(b, loc, call, CallField::NextShare, pointer);
  Value context = loadField(b, loc, call, CallField::ShareContext, pointer);
  return LLVM::CallOp::create(b, loc, type, ValueRange{function, context, thread}).getResult();
}

} // namespace tenon
