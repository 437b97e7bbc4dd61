// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Elementwise.h.
#include "Elementwise.h"
#include "Dropout.h"
#include "RowParts.h"
#include "kernel/Bf16.h"
#include "kernel/Math.h"
#include "kernel/ScalarFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

Value emitElement(KernelBuilder &k, Operation *operation, llvm::function_ref<Value(Value)> operand,
                  Value row, Value column, unsigned inner, int64_t beyond) {
  return llvm::TypeSwitch<Operation *, Value>(operation)
      .Case([&](AddOp op) {
        Value x = operand(op.getX());
        return k.addf(x, operand(op.getY()));
      })
      .Case([&](ScaleOp op) {
        Value x = operand(op.getX());
        return k.mulf(x, k.splat(op.getFactor().convertToDouble(), lanesOf(x)));
      })
      .Case([&](GeluOp op) { return emitGelu(k, operand(op.getX()), op.getForm()); })
      .Case([&](ElementwiseOp op) {
        return emitScalarFunction(
            k, op.getFunction(),
            llvm::map_to_vector(op.getInputs(), [&](Value input) { return operand(input); }));
      })
      .Case([&](GeluBackwardOp op) {
        Value slope = emitGeluDerivative(k, operand(op.getX()), op.getForm());
        return k.mulf(operand(op.getDy()), slope);
      })
      .Case([&](TrainingDropoutOp op) {
        return emitDropout(k, op, operand(op.getX()), row, column, inner, beyond);
      })
      .Case([&](SpreadOp op) { return operand(op.getX()); })
      // The last of its chain (Grow.cpp): whoever stores the value rounds it.
      .Case([&](CastOp op) { return operand(op.getX()); });
}

Value emitAlong(KernelBuilder &k, AlongOp op, Value first, unsigned lanes, int64_t step) {
  if (op.getCached())
    first = k.add(first, k.position);
  Value integer = arith::IndexCastOp::create(k.b, k.loc, k.b.getI32Type(), first);
  Value number = arith::SIToFPOp::create(k.b, k.loc, k.b.getF32Type(), integer);
  if (lanes == 1)
    return number;
  SmallVector<float> steps;
  for (unsigned lane = 0; lane < lanes; ++lane)
    steps.push_back(static_cast<float>(lane * step));
  auto type = cast<VectorType>(k.vectorType(k.b.getF32Type(), lanes));
  Value onward =
      arith::ConstantOp::create(k.b, k.loc, DenseElementsAttr::get(type, ArrayRef(steps)));
  return k.addf(k.broadcast(number, lanes), onward); // exact, as all such numbers are
}

bool isLong(Operation *op) {
  auto elementwise = dyn_cast<ElementwiseOp>(op);
  return isa<GeluOp, GeluBackwardOp, TrainingDropoutOp>(op) ||
         (elementwise && needsRegisters(elementwise.getFunction()));
}

// Dimensions that stand side by side in both are taken together.
Value placeOfRow(KernelBuilder &k, ArrayRef<unsigned> places, ArrayRef<StringAttr> outer,
                 Value row) {
  Value result;
  while (!places.empty()) {
    unsigned begin = places.front(), count = 1;
    while (count < places.size() && places[count] == begin + count)
      ++count;
    places = places.drop_front(count);
    Value part = row;
    if (begin + count < outer.size())
      part = k.div(part, k.product(outer.drop_front(begin + count)));
    Value size = k.product(outer.slice(begin, count));
    if (begin > 0)
      part = k.rem(part, size);
    result = result ? k.add(k.mul(result, size), part) : part;
  }
  return result;
}

namespace {
/// A chain at a few elements of one row: what of it has been worked out.
struct Chain {
  KernelBuilder &k;
  RankedTensorType full; // its last `inner` dimensions are the columns
  unsigned inner, lanes;
  Value row, column;
  llvm::SmallDenseMap<Value, Value> made;

  Chain(KernelBuilder &k, Value seed, Value value, Value row, Value column, unsigned inner)
      : k(k), full(cast<RankedTensorType>(seed.getType())), inner(inner), lanes(lanesOf(value)),
        row(row), column(column), made({{seed, value}}) {}

  /// An operand: a value of the chain, or one from memory.
  Value operand(Value other) const {
    if (Value value = made.lookup(other))
      return value;
    auto type = cast<RankedTensorType>(other.getType());
    if (type.getRank() == 0)
      return k.broadcast(k.scalar(other), lanes);
    SmallVector<unsigned> places = *placesIn(type, full);
    bool hasColumns = places.back() + 1 == full.getRank(); // then all of them (Growth.cpp)
    if (hasColumns)
      places.truncate(places.size() - inner);
    Value at = placeOfRow(k, places, dimNames(full).drop_back(inner), row);
    if (auto along = other.getDefiningOp<AlongOp>())
      return hasColumns ? emitAlong(k, along, column, lanes)
                        : k.broadcast(emitAlong(k, along, at, 1), lanes);
    if (!hasColumns)
      return k.broadcast(k.load(k.base(other), at, type.getElementType()), lanes);
    at = at ? k.add(k.mul(at, rowColumns(full, inner)), column) : column;
    return k.load(k.base(other), at, type.getElementType(), lanes);
  }
  Value apply(Operation *operation) {
    Value result =
        emitElement(k, operation, [&](Value other) { return operand(other); }, row, column, inner);
    return made[operation->getResult(0)] = result;
  }
};
} // namespace

Value applyChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                 Value column, unsigned inner) {
  Chain chain(k, seed, value, row, column, inner);
  for (Operation *op : ops)
    value = chain.apply(op);
  return value;
}

void storeChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                Value column, unsigned inner) {
  Chain chain(k, seed, value, row, column, inner);
  auto yield = cast<YieldOp>(k.group.getBody().front().getTerminator());
  auto store = [&](Value made, Value elements) {
    for (auto [i, yielded] : llvm::enumerate(yield.getValues()))
      if (yielded == made) {
        Type element = cast<RankedTensorType>(made.getType()).getElementType();
        storeF32As(k, element, elements, k.resultBase(i),
                   k.add(k.mul(row, rowColumns(chain.full, inner)), column));
      }
  };
  store(seed, value);
  for (Operation *op : ops)
    store(op->getResult(0), chain.apply(op));
}

unsigned chainVectors(ArrayRef<Operation *> ops, int64_t columns) {
  bool drops = llvm::any_of(ops, llvm::IsaPred<TrainingDropoutOp>);
  return drops && columns % 4 == 0 ? dropoutVectors : 1;
}

SmallVector<Operation *> elementwiseOps(GroupOp group) {
  SmallVector<Operation *> ops;
  for (Operation &op : group.getBody().front())
    if (op.hasTrait<IsElementwise>() || isa<CastOp>(op))
      ops.push_back(&op);
  return ops;
}

} // namespace tenon
