// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ScoreFunction.h.
#include "ScoreFunction.h"
#include "ScoreRegion.h"
#include "rows/Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace tenon {

static OperandRange capturedBy(Operation *attention) {
  return llvm::TypeSwitch<Operation *, OperandRange>(attention)
      .Case<AttentionOp, AttentionSavingOp, AttentionBackwardOp>(
          [](auto op) { return op.getCaptured(); })
      .Default([](Operation *op) -> OperandRange { llvm_unreachable("no attention"); });
}

/// The numbers from `first` on, as f32: exact below 2^24.
static Value floats(KernelBuilder &k, Value first, unsigned lanes) {
  Type i32 = k.b.getI32Type();
  Value number = arith::IndexCastOp::create(k.b, k.loc, i32, first);
  if (lanes > 1) {
    auto type = cast<VectorType>(k.vectorType(i32, lanes));
    SmallVector<int32_t> lane = llvm::to_vector(llvm::seq<int32_t>(0, lanes));
    Value numbers = arith::ConstantOp::create(
        k.b, k.loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(lane)));
    number = arith::AddIOp::create(k.b, k.loc, k.broadcast(number, lanes), numbers);
  }
  return arith::SIToFPOp::create(k.b, k.loc, k.vectorType(k.b.getF32Type(), lanes), number);
}

ScoreFunction::ScoreFunction(KernelBuilder &k, Operation *attention)
    : k(k), body(scoreOf(attention)->empty() ? nullptr : &scoreOf(attention)->front()),
      operands(capturedBy(attention)) {
  if (!body)
    return;
  type = cast<RankedTensorType>(body->getArgument(0).getType());
  for (BlockArgument argument : body->getArguments().drop_back(operands.size()))
    ofKeys.insert(argument);
  for (Operation &op : body->without_terminator()) {
    bool isAlongKeys =
        isa<AlongOp>(op) && dimNames(op.getResult(0).getType()).front() == dimNames(type).back();
    if (isAlongKeys ||
        llvm::any_of(op.getOperands(), [&](Value operand) { return ofKeys.contains(operand); }))
      ofKeys.insert(op.getResult(0));
  }
}

double ScoreFunction::scale(int64_t headSize) const {
  return body ? 1.0 : 1.0 / std::sqrt(static_cast<double>(headSize));
}

Value ScoreFunction::yielded(unsigned i) const { return body->getTerminator()->getOperand(i); }

bool ScoreFunction::isOfKeys(Value value) const { return ofKeys.contains(value); }

/// The place of a query along a dimension of the scores.
Value ScoreFunction::placeIn(StringAttr dim, const Query &query) {
  ArrayRef<StringAttr> names = dimNames(type);
  if (dim == names[0])
    return query.batch;
  if (dim == names[1])
    return query.time;
  size_t place = llvm::find(names, dim) - names.begin();
  ArrayRef<int64_t> inner = type.getShape().slice(place + 1).drop_back();
  Value at = k.div(query.head, ShapedType::getNumElements(inner));
  return place == 2 ? at : k.rem(at, k.index(type.getDimSize(place)));
}

/// What a query meets of a captured value.
Value ScoreFunction::captured(BlockArgument argument, const Query &query) {
  unsigned scores = body->getNumArguments() - operands.size();
  Value value = operands[argument.getArgNumber() - scores];
  auto own = cast<RankedTensorType>(value.getType());
  if (own.getRank() == 0)
    return k.scalar(value);
  Value at;
  for (StringAttr dim : dimNames(own)) {
    Value place = placeIn(dim, query);
    at = at ? k.add(k.mul(at, k.size(dim)), place) : place;
  }
  return k.load(k.base(value), at, own.getElementType());
}

Value ScoreFunction::number(Value value, const Query &query, Numbers &known) {
  if (Value number = known.lookup(value))
    return number;
  Value result;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    result = captured(argument, query);
  } else {
    Operation *op = value.getDefiningOp();
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      result = k.splat(constant.getValue().convertToDouble(), 1);
    } else if (auto along = dyn_cast<AlongOp>(op)) {
      StringAttr dim = dimNames(along.getType()).front();
      result = floats(k, dim == dimNames(type)[1] ? query.position : placeIn(dim, query), 1);
    } else {
      auto operand = [&](Value other) { return number(other, query, known); };
      result = emitElement(k, op, operand, k.index(0), k.index(0));
    }
  }
  return known[value] = result;
}

ScoreFunction::Numbers ScoreFunction::numbers(const Query &query) {
  Numbers known;
  for (Operation &op : *body)
    if (isa<YieldOp>(op) || isOfKeys(op.getResult(0)))
      for (Value operand : op.getOperands())
        if (!isOfKeys(operand))
          number(operand, query, known);
  return known;
}

ScoreFunction::Elements::Elements(const ScoreFunction &function, const Numbers &numbers,
                                  Value scores, Value key)
    : function(function), numbers(numbers), key(key), lanes(lanesOf(scores)) {
  known[function.body->getArgument(0)] = scores;
}

Value ScoreFunction::Elements::made() {
  KernelBuilder &k = function.k;
  Value score = of(function.yielded(0)), least = k.splat(leastScore, lanes);
  Value isMore = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OGT, score,
                                       k.splat(-std::numeric_limits<double>::infinity(), lanes));
  return arith::SelectOp::create(k.b, k.loc, isMore, k.maxf(score, least), score);
}

Value ScoreFunction::Elements::back(Value gradient) {
  KernelBuilder &k = function.k;
  Value isLess = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OLT,
                                       of(function.yielded(0)), k.splat(leastScore, lanes));
  gradient = arith::SelectOp::create(k.b, k.loc, isLess, k.splat(0.0, lanes), gradient);
  known[function.body->getArgument(1)] = gradient;
  return of(function.yielded(1));
}

Value ScoreFunction::Elements::of(Value value) {
  if (Value element = known.lookup(value))
    return element;
  KernelBuilder &k = function.k;
  Value result;
  if (!function.isOfKeys(value))
    result = k.broadcast(numbers.lookup(value), lanes);
  else if (value.getDefiningOp<AlongOp>())
    result = floats(k, key, lanes);
  else
    result = emitElement(
        k, value.getDefiningOp(), [&](Value operand) { return of(operand); }, k.index(0),
        k.index(0));
  return known[value] = result;
}

} // namespace tenon
