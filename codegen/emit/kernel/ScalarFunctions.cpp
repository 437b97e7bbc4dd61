// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ScalarFunctions.h; what they mean stands at tenon.elementwise. A function is a row here.
#include "ScalarFunctions.h"
#include "Math.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace tenon {

Value emitScalarFunction(KernelBuilder &k, ScalarFunction function, ArrayRef<Value> x) {
  switch (function) {
  case ScalarFunction::add:
    return k.addf(x[0], x[1]);
  case ScalarFunction::subtract:
    return k.subf(x[0], x[1]);
  case ScalarFunction::multiply:
    return k.mulf(x[0], x[1]);
  case ScalarFunction::divide:
    return k.divf(x[0], x[1]);
  case ScalarFunction::minimum: // NaN if either is
    return arith::MinimumFOp::create(k.b, k.loc, x[0], x[1]);
  case ScalarFunction::maximum:
    return arith::MaximumFOp::create(k.b, k.loc, x[0], x[1]);
  case ScalarFunction::exp:
    return emitExp(k, x[0]);
  case ScalarFunction::log:
    return emitLog(k, x[0]);
  case ScalarFunction::sqrt:
    return math::SqrtOp::create(k.b, k.loc, x[0]);
  case ScalarFunction::rsqrt:
    return emitRsqrt(k, x[0]);
  case ScalarFunction::tanh:
    return emitTanh(k, x[0]);
  case ScalarFunction::sigmoid: {
    Value one = k.splat(1, lanesOf(x[0]));
    return k.divf(one, k.addf(one, emitExp(k, k.subf(k.splat(-0.0, lanesOf(x[0])), x[0]))));
  }
  case ScalarFunction::sin:
    return emitSin(k, x[0]);
  case ScalarFunction::cos:
    return emitCos(k, x[0]);
  case ScalarFunction::select_less:
  case ScalarFunction::select_at_most: {
    auto predicate = function == ScalarFunction::select_less ? arith::CmpFPredicate::OLT
                                                             : arith::CmpFPredicate::OLE;
    Value holds = arith::CmpFOp::create(k.b, k.loc, predicate, x[0], x[1]);
    return arith::SelectOp::create(k.b, k.loc, holds, x[2], x[3]);
  }
  case ScalarFunction::as_f32:
    return arith::SIToFPOp::create(k.b, k.loc, k.vectorType(k.b.getF32Type(), lanesOf(x[0])), x[0]);
  }
  llvm_unreachable("all functions are above");
}

bool needsRegisters(ScalarFunction function) {
  switch (function) {
  case ScalarFunction::exp:
  case ScalarFunction::log:
  case ScalarFunction::rsqrt:
  case ScalarFunction::tanh:
  case ScalarFunction::sigmoid:
  case ScalarFunction::sin:
  case ScalarFunction::cos:
    return true;
  case ScalarFunction::add:
  case ScalarFunction::subtract:
  case ScalarFunction::multiply:
  case ScalarFunction::divide:
  case ScalarFunction::minimum:
  case ScalarFunction::maximum:
  case ScalarFunction::sqrt:
  case ScalarFunction::select_less:
  case ScalarFunction::select_at_most:
  case ScalarFunction::as_f32:
    return false;
  }
  llvm_unreachable("all functions are above");
}

} // namespace tenon
