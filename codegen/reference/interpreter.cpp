// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks a function's operations, checks every shape against its type, and keeps caches.
#include "interpreter.h"

#include "EntryNames.h"
#include "RowParts.h"
#include "choices.h"
#include "ops.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon::reference {

void Interpreter::setParam(StringRef name, int64_t layer, Tensor value) {
  set(Part::Value, name, layer, std::move(value));
}

void Interpreter::set(Part part, StringRef name, int64_t layer, Tensor value) {
  params_[{part, name.str(), layer}] = std::make_shared<const Tensor>(std::move(value));
}

const Tensor *Interpreter::find(Part part, StringRef name, int64_t layer) const {
  auto found = params_.find({part, name.str(), layer});
  return found == params_.end() ? nullptr : found->second.get();
}

FailureOr<std::vector<Tensor>> Interpreter::run(StringRef name, ArrayRef<Tensor> inputs,
                                                int64_t position) {
  func::FuncOp function = lookupEntry(model_, name);
  if (!function)
    return model_.emitError("the model has no function '") << name << "'";
  if (inputs.size() != function.getNumArguments())
    return function.emitError("'") << name << "' takes " << function.getNumArguments()
                                   << " inputs, " << inputs.size() << " were given";
  if (position < 0)
    return function.emitError("position ") << position << " is negative";
  values_.clear();
  dims_.clear();
  layers_.clear();
  position_ = position;
  for (auto [argument, input] : llvm::zip_equal(function.getArguments(), inputs))
    if (failed(bindInput(argument, input)))
      return failure();
  Block &body = function.getBody().front();
  if (failed(execute(body)))
    return failure();
  std::vector<Tensor> results;
  for (Value result : body.getTerminator()->getOperands())
    results.push_back(get(result));
  return results;
}

// Binds the run-time sizes that the input's shape tells, then the input.
LogicalResult Interpreter::bindInput(BlockArgument argument, const Tensor &input) {
  auto type = cast<RankedTensorType>(argument.getType());
  if (static_cast<size_t>(type.getRank()) == input.shape.size())
    for (auto [size, given, name] : llvm::zip_equal(type.getShape(), input.shape, dimNames(type)))
      if (ShapedType::isDynamic(size) && dims_.try_emplace(name, given).second) {
        DimOp dim = lookupDim(model_, name);
        if (given < static_cast<int64_t>(dim.getMin()) ||
            given > static_cast<int64_t>(dim.getMax()))
          return emitError(argument.getLoc())
                 << "input " << argument.getArgNumber() << " has size " << given
                 << " in dimension '" << name.getValue() << "', which allows " << dim.getMin()
                 << " to " << dim.getMax();
      }
  if (failed(fits(input, type, argument.getLoc(), "input " + Twine(argument.getArgNumber()))))
    return failure();
  values_[argument] = withNoise(std::make_shared<const Tensor>(input), type);
  return success();
}

// As far as the inputs tell it.
SmallVector<int64_t> Interpreter::shapeOf(Type type) const {
  SmallVector<int64_t> shape(cast<RankedTensorType>(type).getShape());
  for (auto [size, name] : llvm::zip(shape, dimNames(type)))
    if (ShapedType::isDynamic(size) && dims_.contains(name))
      size = dims_.lookup(name);
  return shape;
}

// An operand, repeated over the dimensions that it lacks where those are not the leading ones.
Interpreter::Handle Interpreter::alignedTo(Type whole, Value part) const {
  auto type = cast<RankedTensorType>(whole);
  SmallVector<unsigned> places = *placesIn(cast<RankedTensorType>(part.getType()), type);
  if (places.empty() || places.front() + places.size() == static_cast<size_t>(type.getRank()))
    return values_.at(part);
  return std::make_shared<const Tensor>(spread(get(part), places, shapeOf(type)));
}

// What a view reads, with the dimensions of a row as one.
Tensor Interpreter::inRows(Operation *view, Value operand) const {
  Tensor x = get(operand);
  x.shape.resize(outerRank(view));
  x.shape.push_back(viewColumns(view, operand));
  return x;
}

LogicalResult Interpreter::fits(const Tensor &tensor, Type type, Location location,
                                const Twine &what) {
  SmallVector<int64_t> expected = shapeOf(type);
  if (tensor.shape == expected && static_cast<int64_t>(tensor.values.size()) == tensor.product())
    return success();
  InFlightDiagnostic diagnostic = emitError(location) << what << " has shape (";
  llvm::interleaveComma(tensor.shape, diagnostic);
  diagnostic << ") and " << tensor.values.size() << " values, the model needs (";
  llvm::interleaveComma(expected, diagnostic);
  return diagnostic << ")";
}

LogicalResult Interpreter::execute(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(execute(&op)))
      return failure();
  return success();
}

LogicalResult Interpreter::execute(Operation *op) {
  auto ignore = [](auto op) { return static_cast<int32_t>(op.getIgnore()); };
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](GetParamOp op) { return getParam(op); })
      .Case([&](RepeatOp op) { return repeat(op); })
      .Case([&](GroupOp op) { return group(op); })
      .Case([&](AttentionOp op) { return attend(op); })
      .Case([&](EmbeddingOp op) {
        return define(op.getResult(), embedding(get(op.getTable()), get(op.getIds())));
      })
      .Case([&](CastOp op) {
        return define(op.getResult(),
                      roundTo(get(op.getX()), cast<FloatType>(op.getType().getElementType())));
      })
      .Case([&](PositionsOp op) {
        return define(op.getResult(), positions(get(op.getIds()), op.getCached() ? position_ : 0));
      })
      .Case([&](AlongOp op) {
        return define(op.getResult(),
                      along(shapeOf(op.getType()).front(), op.getCached() ? position_ : 0));
      })
      .Case([&](AddOp op) {
        return define(op.getResult(), add(get(op.getX()), *alignedTo(op.getType(), op.getY())));
      })
      .Case([&](ScaleOp op) {
        return define(op.getResult(), scale(get(op.getX()), op.getFactor().convertToDouble()));
      })
      .Case([&](DropoutOp op) {
        return define(op.getResult(), get(op.getX()));
      }) // see training_dropout
      .Case([&](LayerNormOp op) {
        return define(op.getResult(),
                      layerNorm(get(op.getX()), get(op.getWeight()), getOptional(op.getBias()),
                                op.getEpsilon().convertToDouble()));
      })
      .Case([&](LinearOp op) {
        bool narrow = op.getNarrow();
        return define(op.getResult(),
                      linear(factor(get(op.getX()), narrow), factor(get(op.getWeight()), narrow),
                             getOptional(op.getBias()), op.getTransposed(), op.getShape().summed));
      })
      .Case([&](GeluOp op) {
        return define(op.getResult(), op.getForm() == GeluKind::Erf ? geluErf(get(op.getX()))
                                                                    : geluTanh(get(op.getX())));
      })
      .Case([&](ElementwiseOp op) {
        SmallVector<Handle> handles;
        SmallVector<const Tensor *> inputs;
        for (Value input : op.getInputs())
          inputs.push_back(handles.emplace_back(alignedTo(op.getType(), input)).get());
        return define(op.getResult(), elementwise(op.getFunction(), inputs));
      })
      .Case([&](ReduceOp op) {
        return define(op.getResult(), reduce(op.getKind(), get(op.getX()), op.getPlace()));
      })
      .Case([&](SliceOp op) {
        Tensor result = slice(inRows(op, op.getX()), op.getBegin(), viewColumns(op, op.getResult()),
                              op.getStep());
        result.shape = shapeOf(op.getType());
        return define(op.getResult(), result);
      })
      .Case([&](JoinOp op) {
        SmallVector<Tensor> parts;
        for (Value part : op.getParts())
          parts.push_back(inRows(op, part));
        Tensor result = join(parts, op.getOffsets(), viewColumns(op, op.getResult()), op.getStep());
        result.shape = shapeOf(op.getType());
        return define(op.getResult(), result);
      })
      .Case([&](ShiftOp op) { return shiftRows(op); })
      .Case([&](TopKOp op) {
        return define(op.getResult(), topK(get(op.getX()), op.getType().getShape().back()));
      })
      .Case(
          [&](TakeOp op) { return define(op.getResult(), take(get(op.getX()), get(op.getIds()))); })
      .Case([&](GatheredLinearOp op) {
        return define(op.getResult(), gatheredLinear(get(op.getX()), get(op.getWeight()),
                                                     get(op.getIds()), op.getShape().made));
      })
      .Case([&](LastTokenOp op) { return define(op.getResult(), lastToken(get(op.getX()))); })
      .Case([&](TokenCrossEntropyOp op) {
        return define(op.getResult(), tokenCrossEntropy(get(op.getLogits()), get(op.getTargets()),
                                                        ignore(op), rounding()));
      })
      .Case([&](MaskedMeanOp op) {
        return define(op.getResult(), maskedMean(get(op.getX()), get(op.getTargets()), ignore(op)));
      })
      .Case([&](CrossEntropyOp op) {
        llvm::Expected<Tensor> losses =
            tokenCrossEntropy(get(op.getLogits()), get(op.getTargets()), ignore(op), rounding());
        if (losses)
          *losses = maskedMean(*losses, get(op.getTargets()), ignore(op));
        return define(op.getResult(), std::move(losses));
      })
      .Default([&](Operation *op) { return executeTraining(op); });
}

LogicalResult Interpreter::define(Value value, llvm::Expected<Tensor> tensor) {
  if (!tensor)
    return emitError(value.getLoc()) << llvm::toString(tensor.takeError());
  if (failed(fits(*tensor, value.getType(), value.getLoc(), "a result")))
    return failure();
  values_[value] = withNoise(std::make_shared<const Tensor>(std::move(*tensor)), value.getType());
  return success();
}

double Interpreter::withNoise(double x) {
  if (!noise_)
    return x;
  return (*noise_)() & 1 ? x * (1 + 0x1p-24) : x * (1 - 0x1p-24);
}

// The tensor itself without noise, and where its numbers are exact: integers, truths.
Interpreter::Handle Interpreter::withNoise(Handle tensor, Type type) {
  if (!noise_ || !isa<FloatType>(getElementTypeOrSelf(type)))
    return tensor;
  Tensor moved = *tensor;
  for (double &x : moved.values)
    x = withNoise(x);
  return std::make_shared<const Tensor>(std::move(moved));
}

// One layer of a stack.
static Tensor takeLayer(const Tensor &stack, int64_t layer) {
  Tensor result = Tensor::zeros(ArrayRef<int64_t>(stack.shape).drop_front());
  std::copy_n(stack.values.begin() + layer * result.product(), result.product(),
              result.values.begin());
  return result;
}

static Tensor stackLayers(ArrayRef<std::shared_ptr<const Tensor>> layers) {
  SmallVector<int64_t> shape = {static_cast<int64_t>(layers.size())};
  llvm::append_range(shape, layers.front()->shape);
  Tensor result{shape, {}};
  for (const std::shared_ptr<const Tensor> &layer : layers)
    llvm::append_range(result.values, layer->values);
  return result;
}

LogicalResult Interpreter::repeat(RepeatOp op) {
  StringRef dim = op.getLayers();
  int64_t layers = lookupDim(model_, dim).getMax();
  Block &body = op.getBody().front();
  unsigned count = op.getInits().size();
  SmallVector<Handle> carried;
  for (Value init : op.getInits())
    carried.push_back(values_.at(init));
  SmallVector<SmallVector<Handle>> stacks(op.getStacks().size(), SmallVector<Handle>(layers));
  for (int64_t i = 0; i < layers; ++i) {
    int64_t layer = op.getReverse() ? layers - 1 - i : i;
    layers_[dim] = layer;
    for (auto [argument, value] : llvm::zip_equal(body.getArguments().take_front(count), carried))
      values_[argument] = value;
    for (auto [argument, stack] :
         llvm::zip_equal(body.getArguments().drop_front(count), op.getSlices()))
      values_[argument] = std::make_shared<const Tensor>(takeLayer(get(stack), layer));
    if (failed(execute(body)))
      return failure();
    auto yielded = body.getTerminator()->getOperands();
    for (unsigned next = 0; next < yielded.size(); ++next)
      (next < count ? carried[next] : stacks[next - count][layer]) = values_.at(yielded[next]);
  }
  layers_.erase(dim);
  for (auto [result, value] : llvm::zip_equal(op.getCarried(), carried))
    values_[result] = value;
  for (auto [result, stack] : llvm::zip_equal(op.getStacks(), stacks))
    values_[result] = std::make_shared<const Tensor>(stackLayers(stack));
  return success();
}

LogicalResult Interpreter::group(GroupOp op) {
  Block &body = op.getBody().front();
  if (failed(execute(body)))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op.getResults(), body.getTerminator()->getOperands()))
    values_[result] = values_.at(value);
  return success();
}

// The current layer of what has layers, 0 of what has none.
int64_t Interpreter::layerOf(FlatSymbolRefAttr layers) const {
  return layers ? layers_.lookup(layers.getValue()) : 0;
}

LogicalResult Interpreter::getParam(GetParamOp op) {
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, op.getName()));
  int64_t layer = layerOf(param.getLayersAttr());
  auto found = params_.find({Part::Value, op.getName().str(), layer});
  if (found == params_.end())
    return op.emitError("parameter '")
           << op.getName() << "' of layer " << layer << " has no value; set it before the call";
  if (failed(fits(*found->second, op.getType(), op.getLoc(), "parameter '" + op.getName() + "'")))
    return failure();
  values_[op.getResult()] = withNoise(found->second, op.getType());
  return success();
}

} // namespace tenon::reference
