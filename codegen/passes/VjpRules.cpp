// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The derivative of each operation. Parameters' gradients come first, so that what follows an
// operation's input gradient stands right behind it, as kernels that fuse want it.
#include "VjpRules.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

namespace {
/// Adds what `make` builds to the gradient of an operand, if it is there and active.
template <class Make>
LogicalResult addTo(Value operand, Backward &backward, Make make) {
  if (!operand || !backward.isActive(operand))
    return success();
  return backward.add(operand, make());
}

/// The gradient as it is, or summed over the dimensions that only it has: over those behind others
/// that stay one by one, from the last, over the leading ones at once.
Value reduceTo(Type type, Value dy, Location loc, Backward &backward) {
  auto wanted = cast<RankedTensorType>(type);
  auto from = cast<RankedTensorType>(dy.getType());
  SmallVector<unsigned> places = *placesIn(wanted, from);
  for (unsigned place = from.getRank(); !places.empty() && place-- > places.front();)
    if (!llvm::is_contained(places, place))
      dy = ReduceOp::create(backward.b, loc, Reduction::Sum, dy, place);
  if (dy.getType() == type)
    return dy;
  return SumLeadingOp::create(backward.b, loc, type, dy);
}

Value numberLike(OpBuilder &b, Value x, double value, Location loc) {
  auto type = cast<RankedTensorType>(x.getType());
  auto scalar =
      RankedTensorType::get({}, type.getElementType(), DimsAttr::get(type.getContext(), {}));
  return ConstantOp::create(b, loc, scalar, llvm::APFloat(value));
}

LogicalResult rule(EmbeddingOp op, Value dy, Backward &w) {
  return addTo(op.getTable(), w, [&]() -> Value {
    return EmbeddingBackwardOp::create(w.b, op.getLoc(), op.getTable().getType(), dy,
                                       w.use(op.getIds()));
  });
}

LogicalResult rule(AddOp op, Value dy, Backward &w) {
  for (Value operand : {op.getY(), op.getX()})
    if (failed(addTo(operand, w, [&] { return reduceTo(operand.getType(), dy, op.getLoc(), w); })))
      return failure();
  return success();
}

LogicalResult rule(ScaleOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return ScaleOp::create(w.b, op.getLoc(), dy, op.getFactorAttr());
  });
}

LogicalResult rule(TrainingDropoutOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return TrainingDropoutOp::create(w.b, op.getLoc(), dy, op.getSeed(), op.getStep(),
                                     op.getFirst(), op.getProbabilityAttr(), op.getStreamAttr());
  });
}

LogicalResult rule(LayerNormOp op, Value dy, Backward &w) {
  Location loc = op.getLoc();
  auto weight = [&]() -> Value {
    return LayerNormBackwardWeightOp::create(w.b, loc, op.getWeight().getType(), w.use(op.getX()),
                                             dy, op.getEpsilonAttr());
  };
  auto bias = [&] { return reduceTo(op.getBias().getType(), dy, loc, w); };
  auto x = [&]() -> Value {
    Value x = w.use(op.getX()), weight = w.use(op.getWeight());
    return LayerNormBackwardOp::create(w.b, loc, x, weight, dy, op.getEpsilonAttr());
  };
  return success(succeeded(addTo(op.getWeight(), w, weight)) &&
                 succeeded(addTo(op.getBias(), w, bias)) && succeeded(addTo(op.getX(), w, x)));
}

LogicalResult rule(LinearOp op, Value dy, Backward &w) {
  Location loc = op.getLoc();
  auto weight = [&]() -> Value {
    return LinearBackwardWeightOp::create(w.b, loc, op.getWeight().getType(), w.use(op.getX()), dy,
                                          op.getTransposedAttr(), op.getNarrowAttr());
  };
  auto bias = [&] { return reduceTo(op.getBias().getType(), dy, loc, w); };
  auto x = [&]() -> Value {
    return LinearBackwardOp::create(w.b, loc, op.getX().getType(), dy, w.use(op.getWeight()),
                                    op.getTransposedAttr(), op.getNarrowAttr());
  };
  return success(succeeded(addTo(op.getWeight(), w, weight)) &&
                 succeeded(addTo(op.getBias(), w, bias)) && succeeded(addTo(op.getX(), w, x)));
}

LogicalResult rule(GeluOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return GeluBackwardOp::create(w.b, op.getLoc(), w.use(op.getX()), dy, op.getFormAttr());
  });
}

/// The gradient of operand `i`, of the type of the result; in the functions that models have.
Value derivative(ElementwiseOp op, unsigned i, Value dy, Backward &w) {
  Location loc = op.getLoc();
  auto apply = [&](ScalarFunction function, ValueRange inputs) -> Value {
    return ElementwiseOp::create(w.b, loc, function, inputs);
  };
  auto product = [&](Value x, Value y) { return apply(ScalarFunction::multiply, {x, y}); };
  auto times = [&](Value x, double factor) -> Value {
    return ScaleOp::create(w.b, loc, x, llvm::APFloat(factor));
  };
  auto number = [&](double value) { return numberLike(w.b, dy, value, loc); };
  auto input = [&](unsigned j) { return w.use(op.getInputs()[j]); };
  auto result = [&] { return w.use(op.getResult()); };
  // What goes to the operand where it was chosen.
  auto chosen = [&](unsigned less, unsigned than) {
    Value x = input(less), y = input(than), none = number(0);
    return apply(ScalarFunction::select_less,
                 i == 0 ? ValueRange{x, y, dy, none} : ValueRange{x, y, none, dy});
  };
  switch (op.getFunction()) {
  case ScalarFunction::add:
    return dy;
  case ScalarFunction::subtract:
    return i == 0 ? dy : times(dy, -1);
  case ScalarFunction::multiply:
    return product(dy, input(1 - i));
  case ScalarFunction::divide: {
    Value quotient = apply(ScalarFunction::divide, {dy, input(1)});
    return i == 0 ? quotient : times(product(quotient, result()), -1);
  }
  case ScalarFunction::minimum:
    return chosen(0, 1);
  case ScalarFunction::maximum:
    return chosen(1, 0);
  case ScalarFunction::exp:
    return product(dy, result());
  case ScalarFunction::log:
    return apply(ScalarFunction::divide, {dy, input(0)});
  case ScalarFunction::sqrt:
    return apply(ScalarFunction::divide, {times(dy, 0.5), result()});
  case ScalarFunction::rsqrt: {
    Value y = result();
    return times(product(product(dy, y), product(y, y)), -0.5);
  }
  case ScalarFunction::tanh: {
    Value y = result(), square = product(y, y);
    return product(dy, apply(ScalarFunction::subtract, {number(1), square}));
  }
  case ScalarFunction::sigmoid: {
    Value y = result(), rest = apply(ScalarFunction::subtract, {number(1), y});
    return product(dy, product(y, rest));
  }
  case ScalarFunction::sin:
    return product(dy, apply(ScalarFunction::cos, {input(0)}));
  case ScalarFunction::cos:
    return times(product(dy, apply(ScalarFunction::sin, {input(0)})), -1);
  case ScalarFunction::select_less:
  case ScalarFunction::select_at_most: {
    Value x = input(0), y = input(1), none = number(0);
    return apply(op.getFunction(),
                 i == 2 ? ValueRange{x, y, dy, none} : ValueRange{x, y, none, dy});
  }
  case ScalarFunction::as_f32:
    llvm_unreachable("integers have no gradient");
  }
  llvm_unreachable("all functions are above");
}

LogicalResult rule(ElementwiseOp op, Value dy, Backward &w) {
  for (OpOperand &operand : llvm::reverse(differentiableOperands(op))) {
    Value value = operand.get();
    unsigned i = operand.getOperandNumber();
    if (failed(addTo(value, w, [&] {
          return reduceTo(value.getType(), derivative(op, i, dy, w), op.getLoc(), w);
        })))
      return failure();
  }
  return success();
}

/// What a sum's gradient goes to is every element; a maximum's goes in equal parts to those that
/// are as great.
LogicalResult rule(ReduceOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    Location loc = op.getLoc();
    Type type = op.getX().getType();
    if (op.getKind() == Reduction::Sum)
      return SpreadOp::create(w.b, loc, type, dy);
    Value x = w.use(op.getX()), greatest = w.use(op.getResult());
    auto unlessLess = [&](Value chosen) -> Value {
      return ElementwiseOp::create(w.b, loc, ScalarFunction::select_less,
                                   ValueRange{x, greatest, numberLike(w.b, dy, 0, loc), chosen});
    };
    Value count = ReduceOp::create(w.b, loc, Reduction::Sum,
                                   unlessLess(numberLike(w.b, dy, 1, loc)), op.getPlace());
    return unlessLess(
        ElementwiseOp::create(w.b, loc, ScalarFunction::divide, ValueRange{dy, count}));
  });
}

LogicalResult rule(SliceOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return JoinOp::create(w.b, op.getLoc(), op.getX().getType(), dy, op.getBegin(), op.getStep());
  });
}

LogicalResult rule(JoinOp op, Value dy, Backward &w) {
  for (auto [part, offset] : llvm::zip_equal(op.getParts(), op.getOffsets()))
    if (failed(addTo(part, w, [&, type = part.getType(), begin = offset]() -> Value {
          return SliceOp::create(w.b, op.getLoc(), type, dy, begin, op.getStep());
        })))
      return failure();
  return success();
}

LogicalResult rule(ShiftOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return ShiftOp::create(w.b, op.getLoc(), dy, -op.getDistance(), FlatSymbolRefAttr());
  });
}

LogicalResult rule(TakeOp op, Value dy, Backward &w) {
  return addTo(op.getX(), w, [&]() -> Value {
    return TakeBackwardOp::create(w.b, op.getLoc(), op.getX().getType(), dy, w.use(op.getIds()));
  });
}

LogicalResult rule(GatheredLinearOp op, Value dy, Backward &w) {
  Location loc = op.getLoc();
  GatheredShape shape = op.getShape();
  auto weight = [&]() -> Value {
    Value x = w.use(op.getX()), ids = w.use(op.getIds());
    return GatheredLinearBackwardWeightOp::create(w.b, loc, op.getWeight().getType(), x, dy, ids);
  };
  auto x = [&]() -> Value {
    RankedTensorType type = op.getX().getType(), ids = op.getIds().getType();
    SmallVector<int64_t> sizes(ids.getShape());
    SmallVector<StringAttr> names(dimNames(ids));
    llvm::append_range(sizes, type.getShape().take_back(shape.summed));
    llvm::append_range(names, dimNames(type).take_back(shape.summed));
    auto each = RankedTensorType::get(sizes, type.getElementType(),
                                      DimsAttr::get(type.getContext(), names));
    Value factor = w.use(op.getWeight()), by = w.use(op.getIds());
    Value dx = GatheredLinearBackwardOp::create(w.b, loc, each, dy, factor, by);
    if (!shape.isShared)
      return dx;
    return ReduceOp::create(w.b, loc, type, Reduction::Sum, dx, dimNames(ids).back().getValue());
  };
  return success(succeeded(addTo(op.getWeight(), w, weight)) && succeeded(addTo(op.getX(), w, x)));
}

LogicalResult rule(AttentionSavingOp op, Value dy, Backward &w) {
  if (llvm::none_of(op.getInputs(), [&](Value input) { return w.isActive(input); }))
    return success();
  if (llvm::any_of(op.getCaptured(), [&](Value value) { return w.isActive(value); }))
    return op.emitError("training needs the gradient of a value that a score function captures, "
                        "which depends on a parameter; let it capture what depends on inputs only");
  // One after the other: the order of arguments is the C++ compiler's affair.
  auto used = [&](Value value) { return w.use(value); };
  auto inputs = llvm::map_to_vector(op.getInputs(), used);
  auto captured = llvm::map_to_vector(op.getCaptured(), used);
  Value y = w.use(op.getResult()), lse = w.use(op.getLse());
  auto backward =
      AttentionBackwardOp::create(w.b, op.getLoc(), op.getInputs().getTypes(), inputs, captured, y,
                                  lse, dy, op.getHeadsAttr(), op.getBidirectionalAttr());
  if (!op.getScore().empty() && failed(differentiateScore(op.getScore(), backward.getScore())))
    return failure();
  for (auto [input, gradient] : llvm::zip_equal(op.getInputs(), backward.getGradients()))
    if (w.isActive(input) && failed(w.add(input, gradient)))
      return failure();
  return success();
}

LogicalResult rule(CrossEntropyOp op, Value dy, Backward &w) {
  return addTo(op.getLogits(), w, [&]() -> Value {
    Value logits = w.use(op.getLogits()), targets = w.use(op.getTargets());
    return CrossEntropyBackwardOp::create(w.b, op.getLoc(), logits, targets, dy,
                                          op.getIgnoreAttr());
  });
}
} // namespace

/// Nothing is less than itself, NaN neither: what is chosen is 0, whatever the value holds.
Value zerosLike(OpBuilder &b, Value value) {
  return ElementwiseOp::create(
      b, value.getLoc(), ScalarFunction::select_less,
      ValueRange{value, value, value, numberLike(b, value, 0, value.getLoc())});
}

MutableArrayRef<OpOperand> differentiableOperands(Operation *op) {
  if (isa<TopKOp>(op)) // an index does not move with what it was chosen by
    return {};
  if (isa<TakeOp>(op))
    return op->getOpOperands().take_front(1);
  if (isa<GatheredLinearOp>(op))
    return op->getOpOperands().take_front(2);
  auto elementwise = dyn_cast<ElementwiseOp>(op);
  auto is = [&](ScalarFunction function) {
    return elementwise && elementwise.getFunction() == function;
  };
  unsigned without = 0; // a gradient: what is only compared, and integers
  if (is(ScalarFunction::select_less) || is(ScalarFunction::select_at_most))
    without = 2;
  else if (is(ScalarFunction::as_f32))
    without = 1;
  return op->getOpOperands().drop_front(without);
}

LogicalResult applyRule(Operation *op, Backward &backward) {
  Value dy = backward.gradientOf(op->getResult(0));
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<EmbeddingOp, AddOp, ScaleOp, TrainingDropoutOp, LayerNormOp, LinearOp, GeluOp,
            ElementwiseOp, ReduceOp, SliceOp, JoinOp, ShiftOp, TakeOp, GatheredLinearOp,
            AttentionSavingOp, CrossEntropyOp>([&](auto op) { return rule(op, dy, backward); })
      .Default(
          [](Operation *op) {
            return op->emitError("'")
                   << op->getName()
                   << "' has no derivative, and the loss depends on it; a model with "
                      "it can be run but not trained";
          });
}

} // namespace tenon
