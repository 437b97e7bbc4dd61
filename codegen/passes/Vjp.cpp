// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The walk back through blocks and layer stacks; the rule of each operation is in VjpRules.cpp.
#include "Vjp.h"
#include "LayerResults.h"
#include "RepeatStacks.h"
#include "RowParts.h"
#include "VjpRules.h"

using namespace mlir;

namespace tenon {

bool isRecomputed(Operation *op) {
  return op->hasTrait<IsOfEachKernel>() ||
         isa<LayerNormOp, GeluOp, ScaleOp, ElementwiseOp, ReduceOp, TrainingDropoutOp, ShiftOp>(
             op) ||
         isView(op);
}

namespace {
/// What all blocks of a function share.
struct Differentiation {
  GradientStart start;
  llvm::SetVector<StringAttr> params;
  SmallVector<JoinOp> taken; // that others hold the parts of
};

/// The parts of two joins in one, where none of them overlap: gradients of what several slices were
/// taken from. Null where some do.
JoinOp joinBoth(OpBuilder &b, JoinOp x, JoinOp y) {
  SmallVector<std::pair<int64_t, Value>> parts;
  for (JoinOp join : {x, y})
    for (auto [offset, part] : llvm::zip_equal(join.getOffsets(), join.getParts()))
      parts.emplace_back(offset, part);
  if (x.getStep() != y.getStep() || outerRank(x) != outerRank(y))
    return {};
  llvm::stable_sort(parts, llvm::less_first());
  int64_t end = 0;
  SmallVector<Value> values;
  SmallVector<int64_t> offsets;
  for (auto [offset, part] : parts) {
    if (offset < end)
      return {};
    end = offset + (x.getStep() > 1 ? 1 : viewColumns(x, part));
    values.push_back(part);
    offsets.push_back(offset);
  }
  return JoinOp::create(b, y.getLoc(), x.getType(), values, offsets, x.getStep());
}

/// The backward of one block. At the top level its operations follow the block's own, and every
/// value of the forward is still there. In a layer stack they are the body of a second loop.
class BlockBackward : public Backward {
public:
  BlockBackward(Differentiation &shared, Block *forward, OpBuilder b, bool isLayer)
      : Backward(b), shared(shared), forward(forward), isLayer(isLayer) {}

  LogicalResult run() {
    SmallVector<Operation *> pending;
    for (Operation &op : forward->without_terminator())
      pending.push_back(&op);
    for (Operation *op : llvm::reverse(pending)) {
      // An operation of the backward itself, or one that the loss does not depend on.
      if (llvm::none_of(op->getResults(), [&](Value value) { return hasGradient(value); }))
        continue;
      auto stack = dyn_cast<RepeatOp>(op);
      if (failed(stack ? differentiate(stack) : applyRule(op, *this)))
        return failure();
    }
    return success();
  }

  Value gradientOf(Value value) override { return gradients.lookup(value); }
  bool hasGradient(Value value) const {
    return gradients.contains(value) || stackGradients.contains(value);
  }
  void setGradient(Value value, Value gradient) { gradients[value] = gradient; }

  bool isActive(Value value) override {
    auto [found, isNew] = active.try_emplace(value, false);
    if (!isNew)
      return found->second;
    bool result = false;
    Operation *op = value.getDefiningOp();
    if (isa<BlockArgument>(value))
      result = isLayer && value.getParentBlock() == forward; // what the layers before made
    else if (isa<GetParamOp>(op))
      result = true;
    else if (isa<RepeatOp>(op))
      result = true; // its layers have parameters
    else
      result = llvm::any_of(differentiableOperands(op),
                            [&](OpOperand &operand) { return isActive(operand.get()); });
    return active[value] = result;
  }

  LogicalResult add(Value value, Value gradient) override {
    Location loc = gradient.getLoc();
    if (auto param = value.getDefiningOp<GetParamOp>()) {
      if (isLayer && param->getBlock() != forward) // no layer is the first to begin its gradient
        return emitError(loc)
               << "training needs the gradient of " << param.getNameAttr()
               << ", which a layer uses but is read outside of the stack; read it in "
                  "the layer";
      StringAttr name = param.getNameAttr().getAttr();
      bool fresh = shared.params.insert(name);
      AccumulateOp::create(b, loc, gradient, param.getName(), fresh,
                           fresh ? shared.start.ifZero : Value());
      return success();
    }
    Value &sum = gradients[value];
    sum = sum ? sumOf(sum, gradient) : gradient;
    return success();
  }

  Value use(Value value) override {
    if (!isLayer || value.getParentBlock() != forward)
      return value;
    if (Value known = available.lookup(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (op && isRecomputed(op)) {
      IRMapping operands;
      for (Value operand : op->getOperands())
        operands.map(operand, use(operand));
      Operation *again = b.clone(*op, operands);
      again->removeAttr("tenon.fused");
      again->setAttr("tenon.recomputed", b.getUnitAttr()); // for `tenonc explain`
      return available[value] = again->getResult(0);
    }
    saved.push_back(value);
    return available[value] = b.getBlock()->addArgument(value.getType(), value.getLoc());
  }

  /// Values of the layer that its backward gets as slices, in the order of the arguments.
  SmallVector<Value> saved;

private:
  Value sumOf(Value x, Value y) {
    auto first = x.getDefiningOp<JoinOp>(), second = y.getDefiningOp<JoinOp>();
    if (JoinOp both = first && second ? joinBoth(b, first, second) : JoinOp()) {
      shared.taken.append({first, second});
      return both;
    }
    return AddOp::create(b, y.getLoc(), x, y);
  }

  SmallVector<Value> capturedBy(Block &layer);
  LogicalResult differentiate(RepeatOp stack);
  SmallVector<Value> keep(RepeatOp &stack, ArrayRef<Value> values);

  Differentiation &shared;
  Block *forward;
  bool isLayer;
  llvm::DenseMap<Value, Value> gradients; // of values of the forward block
  // Of what layers left for others, also stacks: one for each loop that took it.
  llvm::DenseMap<Value, SmallVector<Value>> stackGradients;
  llvm::DenseMap<Value, Value> available; // in the backward's block
  llvm::DenseMap<Value, bool> active;
};

/// The stack of what layers take holds what they yield too, a layer later: where the backward needs
/// both, a layer keeps a copy of what it yields.
void keepOnce(RepeatOp stack, MutableArrayRef<Value> saved) {
  Block &layer = stack.getBody().front();
  auto yield = cast<YieldOp>(layer.getTerminator());
  unsigned carried = stack.getInits().size();
  for (auto [taken, yielded] :
       llvm::zip(layer.getArguments().take_front(carried), yield.getValues().take_front(carried)))
    if (llvm::is_contained(saved, taken))
      if (auto kept = llvm::find(saved, yielded); kept != saved.end()) {
        OpBuilder b(yield);
        *kept = ScaleOp::create(b, yielded.getLoc(), yielded, llvm::APFloat(1.0));
      }
}

/// What the layers of a stack use of this block and the loss depends on by it, in order of use.
SmallVector<Value> BlockBackward::capturedBy(Block &layer) {
  llvm::SetVector<Value> captured;
  for (Operation &op : layer)
    for (OpOperand &use : differentiableOperands(&op))
      if (Value operand = use.get(); operand.getParentBlock() == forward &&
                                     !operand.getDefiningOp<GetParamOp>() && isActive(operand))
        captured.insert(operand);
  return captured.takeVector();
}

/// Lets the layers of the forward loop keep values for the backward. Returns the stack of each; of
/// what a layer takes from a stack, and of what it leaves in one, that is there.
SmallVector<Value> BlockBackward::keep(RepeatOp &stack, ArrayRef<Value> values) {
  auto yield = cast<YieldOp>(stack.getBody().front().getTerminator());
  unsigned carried = stack.getInits().size();
  FlatSymbolRefAttr layers = stack.getLayersAttr();
  auto count = static_cast<int64_t>(lookupDim(enclosingModel(stack), layers.getValue()).getMax());
  SmallVector<Type> types;
  SmallVector<unsigned> numbers; // of the result that is the stack, or else of the slice
  llvm::BitVector isTaken(values.size());
  for (auto [i, value] : llvm::enumerate(values)) {
    auto argument = dyn_cast<BlockArgument>(value);
    isTaken[i] = argument && argument.getArgNumber() >= carried;
    if (isTaken[i]) {
      numbers.push_back(argument.getArgNumber() - carried);
      continue;
    }
    SmallVector<Value> lefts(yield.getValues().drop_front(carried));
    auto left = llvm::find(lefts, value);
    numbers.push_back(carried + (left - lefts.begin()));
    if (left != lefts.end())
      continue;
    yield->insertOperands(yield->getNumOperands(), value);
    types.push_back(RepeatOp::stackOf(layers, count, cast<RankedTensorType>(value.getType())));
  }
  stack = withStacks(stack, types);
  SmallVector<Value> stacks;
  for (auto [i, number] : llvm::enumerate(numbers))
    stacks.push_back(isTaken[i] ? stack.getSlices()[number] : Value(stack.getResult(number)));
  return stacks;
}

LogicalResult BlockBackward::differentiate(RepeatOp stack) {
  Location loc = stack.getLoc();
  Block &layer = stack.getBody().front();
  auto yield = cast<YieldOp>(layer.getTerminator());
  unsigned carried = stack.getInits().size();
  SmallVector<Value> inits;
  for (Value result : stack.getCarried()) {
    Value gradient = gradientOf(result);
    inits.push_back(gradient ? gradient : zerosLike(b, result));
  }
  // The layers add to the gradient of what they capture: it goes from layer to layer too.
  SmallVector<Value> captured = capturedBy(layer);
  for (Value value : captured) {
    Value sum = gradientOf(value);
    inits.push_back(sum ? sum : zerosLike(b, value));
  }

  Region region;
  Block &body = region.emplaceBlock();
  BlockBackward inside(shared, &layer, OpBuilder(stack.getContext()), /*isLayer=*/true);
  inside.b.setInsertionPointToEnd(&body);
  for (Value yielded : yield.getValues().take_front(carried))
    inside.setGradient(yielded, body.addArgument(yielded.getType(), loc));
  for (Value value : captured)
    inside.setGradient(value, body.addArgument(value.getType(), loc));
  // Loops that took what the layers left have stacks of its gradient.
  SmallVector<Value> slices;
  for (auto [left, result] :
       llvm::zip_equal(yield.getValues().drop_front(carried), stack.getStacks())) {
    for (Value gradient : stackGradients.lookup(result)) {
      slices.push_back(gradient);
      if (failed(inside.add(left, body.addArgument(left.getType(), loc))))
        return failure();
    }
    stackGradients.erase(result);
  }
  if (failed(inside.run()))
    return failure();
  SmallVector<Value> dinits;
  for (BlockArgument argument : layer.getArguments().take_front(carried)) {
    Value gradient = inside.gradientOf(argument);
    dinits.push_back(gradient ? gradient
                              : zerosLike(inside.b, body.getArgument(argument.getArgNumber())));
  }
  for (Value value : captured)
    dinits.push_back(inside.gradientOf(value));
  // One that every layer hands on as it is does not go from layer to layer.
  SmallVector<Value> starts, yields;
  llvm::BitVector isChanged(dinits.size());
  for (unsigned i = 0; i < dinits.size(); ++i) {
    isChanged[i] = dinits[i] != body.getArgument(i);
    if (isChanged[i]) {
      starts.push_back(inits[i]);
      yields.push_back(dinits[i]);
    }
  }
  // What the layers took from stacks has gradients that are stacks again.
  FlatSymbolRefAttr layers = stack.getLayersAttr();
  auto count = static_cast<int64_t>(lookupDim(enclosingModel(stack), layers.getValue()).getMax());
  SmallVector<Value> taken;
  auto results = llvm::to_vector(TypeRange(ValueRange(starts)));
  for (auto [argument, from] :
       llvm::zip_equal(layer.getArguments().drop_front(carried), stack.getSlices()))
    if (Value gradient = inside.gradientOf(argument)) {
      taken.push_back(from);
      yields.push_back(gradient);
      results.push_back(
          RepeatOp::stackOf(layers, count, cast<RankedTensorType>(gradient.getType())));
    }
  YieldOp::create(inside.b, loc, yields);
  for (unsigned i = dinits.size(); i-- > 0;)
    if (!isChanged[i]) {
      body.getArgument(i).replaceAllUsesWith(inits[i]);
      body.eraseArgument(i);
    }
  keepOnce(stack, inside.saved);

  SmallVector<Value> stackInits(stack.getInits());
  for (unsigned i = 0; i < carried; ++i)
    gradients.erase(stack.getResult(i));
  llvm::append_range(slices, keep(stack, inside.saved));
  auto backward = RepeatOp::create(b, loc, results, layers, starts, slices,
                                   stack.getReverse() ? UnitAttr() : UnitAttr(b.getUnitAttr()));
  backward.getBody().takeBody(region);
  ownLayerResults(backward);
  unsigned result = 0;
  for (unsigned i = 0; i < inits.size(); ++i)
    if (isChanged[i])
      inits[i] = backward.getResult(result++);
  for (Value from : taken)
    stackGradients[from].push_back(backward.getResult(result++));
  for (auto [value, gradient] : llvm::zip_equal(captured, ArrayRef(inits).drop_front(carried)))
    setGradient(value, gradient);
  for (auto [init, dinit] : llvm::zip(stackInits, inits))
    if (isActive(init) && failed(add(init, dinit)))
      return failure();
  return success();
}
} // namespace

FailureOr<llvm::SetVector<StringAttr>> appendBackward(Value loss, Value dloss,
                                                      GradientStart start) {
  Differentiation shared{start, {}, {}};
  Block *block = loss.getParentBlock();
  BlockBackward backward(shared, block, OpBuilder(block->getTerminator()), /*isLayer=*/false);
  backward.setGradient(loss, dloss);
  if (failed(backward.run()))
    return failure();
  for (JoinOp join : llvm::reverse(shared.taken))
    if (join->use_empty())
      join.erase();
  return shared.params;
}

} // namespace tenon
