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

/// The gradient as it is, or summed over the dimensions that only it has.
Value reduceTo(Type type, Value dy, Location loc, Backward &backward) {
  if (dy.getType() == type)
    return dy;
  return SumLeadingOp::create(backward.b, loc, type, dy);
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

LogicalResult rule(AttentionSavingOp op, Value dy, Backward &w) {
  return addTo(op.getQkv(), w, [&]() -> Value {
    // One after the other: the order of arguments is the C++ compiler's affair.
    Value qkv = w.use(op.getQkv()), y = w.use(op.getResult()), lse = w.use(op.getLse());
    return AttentionBackwardOp::create(w.b, op.getLoc(), qkv, y, lse, dy, op.getHeadsAttr());
  });
}

LogicalResult rule(CrossEntropyOp op, Value dy, Backward &w) {
  return addTo(op.getLogits(), w, [&]() -> Value {
    Value logits = w.use(op.getLogits()), targets = w.use(op.getTargets());
    return CrossEntropyBackwardOp::create(w.b, op.getLoc(), logits, targets, dy,
                                          op.getIgnoreAttr());
  });
}
} // namespace

LogicalResult applyRule(Operation *op, Backward &backward) {
  Value dy = backward.gradientOf(op->getResult(0));
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<EmbeddingOp, AddOp, ScaleOp, TrainingDropoutOp, LayerNormOp, LinearOp, GeluOp,
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
