// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The derivative of an attention's score function, by the rules of its operations.
#include "VjpRules.h"

using namespace mlir;

namespace tenon {

namespace {
/// The backward of one region, whose values are all there.
class ScoreBackward : public Backward {
public:
  ScoreBackward(OpBuilder b, Value scores) : Backward(b), scores(scores) {}

  Value gradientOf(Value value) override { return gradients.lookup(value); }
  void setGradient(Value value, Value gradient) { gradients[value] = gradient; }

  bool isActive(Value value) override {
    Operation *op = value.getDefiningOp();
    return value == scores ||
           (op && llvm::any_of(differentiableOperands(op),
                               [&](OpOperand &operand) { return isActive(operand.get()); }));
  }
  LogicalResult add(Value value, Value gradient) override {
    Value &sum = gradients[value];
    sum = sum ? AddOp::create(b, gradient.getLoc(), sum, gradient).getResult() : gradient;
    return success();
  }
  Value use(Value value) override { return value; }

private:
  Value scores;
  llvm::DenseMap<Value, Value> gradients;
};
} // namespace

LogicalResult differentiateScore(Region &score, Region &into) {
  Block &forward = score.front(), &body = into.emplaceBlock();
  IRMapping mapping;
  Value gradient;
  for (BlockArgument argument : forward.getArguments()) {
    mapping.map(argument, body.addArgument(argument.getType(), argument.getLoc()));
    if (!gradient)
      gradient = body.addArgument(argument.getType(), argument.getLoc());
  }
  Value scores = body.getArgument(0);
  auto b = OpBuilder::atBlockEnd(&body);
  SmallVector<Operation *> ops;
  for (Operation &op : forward.without_terminator())
    ops.push_back(b.clone(op, mapping));
  Operation *yield = forward.getTerminator();
  Value made = mapping.lookup(yield->getOperand(0));
  ScoreBackward backward(b, scores);
  backward.setGradient(made, gradient);
  for (Operation *op : llvm::reverse(ops))
    if (backward.gradientOf(op->getResult(0)) && failed(applyRule(op, backward)))
      return failure();
  Value result = backward.gradientOf(scores);
  if (!result)
    result = zerosLike(backward.b, scores);
  YieldOp::create(backward.b, yield->getLoc(), ValueRange{made, result});
  return success();
}

} // namespace tenon
