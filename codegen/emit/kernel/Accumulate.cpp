// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Accumulate.h.
#include "Accumulate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace tenon {

Accumulation::Accumulation(CpuKernelBuilder &k, AccumulateOp op)
    : base(k.gradients.lookup(op.getNameAttr().getAttr())) {
  if (Value first = op.getFirst()) {
    Value zero = arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(0));
    Value number = k.scalar(first);
    keeps = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, number, zero);
  } else {
    keeps = arith::ConstantOp::create(k.b, k.loc, k.b.getBoolAttr(!op.getFresh()));
  }
}

Value Accumulation::begin(CpuKernelBuilder &k, Value index, unsigned lanes) const {
  Type type = k.vectorType(k.b.getF32Type(), lanes);
  auto choice = scf::IfOp::create(k.b, k.loc, TypeRange{type}, keeps, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(choice.thenBlock());
  Value old = k.load(base, index, k.b.getF32Type(), lanes);
  scf::YieldOp::create(k.b, k.loc, old);
  k.b.setInsertionPointToStart(choice.elseBlock());
  Value zero = k.splat(0.0, lanes);
  scf::YieldOp::create(k.b, k.loc, zero);
  return choice.getResult(0);
}

AccumulateOp accumulationOf(Value gradient) {
  for (Operation *user : gradient.getUsers())
    if (auto op = dyn_cast<AccumulateOp>(user))
      return op;
  return {};
}

} // namespace tenon
