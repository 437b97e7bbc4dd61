// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Dropout.h.
#include "Dropout.h"
#include "kernel/Philox.h"
#include "memory/Layout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

using namespace mlir;

namespace tenon {

/// A scalar operand, i32, loaded on entry: stores in loops would keep it from leaving them, and the
/// ten keys of the rounds with it.
static Value loadOnEntry(KernelBuilder &k, Value scalar) {
  OpBuilder::InsertionGuard guard(k.b);
  Operation *parent = k.b.getInsertionBlock()->getParentOp();
  auto function = dyn_cast<func::FuncOp>(parent);
  if (!function)
    function = parent->getParentOfType<func::FuncOp>();
  k.b.setInsertionPointToStart(&function.getBody().front());
  return k.scalar(scalar);
}

static Value narrow(KernelBuilder &k, Value index) {
  return arith::IndexCastOp::create(k.b, k.loc, k.b.getI32Type(), index);
}

int64_t dropoutLayers(TrainingDropoutOp op) {
  auto stack = op->getParentOfType<RepeatOp>();
  return stack ? layerCount(enclosingModel(op), stack.getLayers()) : 1;
}

Value emitDropout(KernelBuilder &k, TrainingDropoutOp op, Value value, Value row, Value column,
                  unsigned inner, int64_t beyond) {
  auto type = cast<RankedTensorType>(op.getType());
  // Where the last dimension is known at run time only, each element is a row.
  bool isFlat = ShapedType::isDynamic(type.getShape().back());
  int64_t columns = 1;
  if (!isFlat)
    for (int64_t size : type.getShape().take_back(inner))
      columns *= size;
  bool isRow = !isFlat && type.getRank() == inner;
  unsigned lanes = lanesOf(value);
  Value element = isFlat ? row : isRow ? column : k.add(k.mul(row, columns), column);
  bool aligned = lanes % 4 == 0 && beyond % 4 == 0 && (isRow ? !op.getFirst() : columns % 4 == 0);
  if (op.getFirst()) {
    Value first =
        arith::IndexCastOp::create(k.b, k.loc, k.b.getIndexType(), loadOnEntry(k, op.getFirst()));
    for (StringAttr dim : dimNames(type).drop_front()) // elements of a sequence
      first = k.mul(first, k.size(dim));
    element = k.add(first, element);
  }
  PhiloxStream stream{.seed = loadOnEntry(k, op.getSeed()),
                      .purpose = 0,
                      .layer = narrow(k, k.layer),
                      .stream = op.getStream(),
                      .step = loadOnEntry(k, op.getStep()),
                      .layers = dropoutLayers(op),
                      .isShort = !op.getFirst() &&
                                 maxElements(k.model, type) <= PhiloxStream::shortElements};
  Value words = emitPhilox(k, stream, element, lanes, aligned);

  double probability = op.getProbability().convertToDouble();
  auto threshold = static_cast<uint32_t>(std::floor(probability * 0x1p32));
  Value bound =
      arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(static_cast<int32_t>(threshold)));
  Value drops = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, words,
                                      k.broadcast(bound, lanes));
  Value scaled = k.mulf(value, k.splat(1 / (1 - probability), lanes));
  return arith::SelectOp::create(k.b, k.loc, drops, k.splat(0.0, lanes), scaled);
}

} // namespace tenon
