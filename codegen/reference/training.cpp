// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter's cases for training: backward operations, random numbers, and what belongs to a
// parameter beside its value.
#include "backward.h"
#include "choices.h"
#include "interpreter.h"
#include "ops.h"
#include "optimisers.h"
#include "random.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace tenon::reference {

LogicalResult Interpreter::executeTraining(Operation *op) {
  auto ignore = [](auto op) { return static_cast<int32_t>(op.getIgnore()); };
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](EmbeddingBackwardOp op) {
        return define(op.getResult(), embeddingBackward(get(op.getDy()), get(op.getIds()),
                                                        op.getType().getDimSize(0)));
      })
      .Case([&](SumLeadingOp op) {
        const Tensor &x = get(op.getX());
        ArrayRef<int64_t> shape(x.shape);
        return define(op.getResult(), sumLeading(x, shape.take_back(op.getType().getRank())));
      })
      .Case([&](SpreadOp op) {
        SmallVector<unsigned> places = *placesIn(op.getX().getType(), op.getType());
        return define(op.getResult(), spread(get(op.getX()), places, shapeOf(op.getType())));
      })
      .Case([&](LayerNormBackwardOp op) {
        return define(op.getResult(),
                      layerNormBackward(get(op.getX()), get(op.getWeight()), get(op.getDy()),
                                        op.getEpsilon().convertToDouble()));
      })
      .Case([&](LayerNormBackwardWeightOp op) {
        return define(op.getResult(), layerNormBackwardWeight(get(op.getX()), get(op.getDy()),
                                                              op.getEpsilon().convertToDouble()));
      })
      .Case([&](LinearBackwardOp op) {
        bool narrow = op.getNarrow();
        return define(op.getResult(), linearBackward(factor(get(op.getDy()), narrow),
                                                     factor(get(op.getWeight()), narrow),
                                                     op.getTransposed(), op.getShape().made));
      })
      .Case([&](LinearBackwardWeightOp op) {
        bool narrow = op.getNarrow();
        return define(op.getResult(),
                      linearBackwardWeight(factor(get(op.getX()), narrow),
                                           factor(get(op.getDy()), narrow), op.getTransposed(),
                                           op.getShape().summed, op.getShape().made));
      })
      .Case([&](TakeBackwardOp op) {
        return define(op.getResult(), takeBackward(get(op.getDy()), get(op.getIds()),
                                                   op.getType().getShape().back()));
      })
      .Case([&](GatheredLinearBackwardOp op) {
        return define(op.getResult(), gatheredLinearBackward(get(op.getDy()), get(op.getWeight()),
                                                             get(op.getIds()), op.getShape().made));
      })
      .Case([&](GatheredLinearBackwardWeightOp op) {
        return define(op.getResult(), gatheredLinearBackwardWeight(
                                          get(op.getX()), get(op.getDy()), get(op.getIds()),
                                          op.getType().getShape(), op.getShape().made));
      })
      .Case([&](GeluBackwardOp op) {
        auto backward = op.getForm() == GeluKind::Erf ? geluErfBackward : geluTanhBackward;
        return define(op.getResult(), backward(get(op.getX()), get(op.getDy())));
      })
      .Case([&](AttentionSavingOp op) { return attend(op); })
      .Case([&](AttentionBackwardOp op) { return differentiate(op); })
      .Case([&](CrossEntropyBackwardOp op) {
        return define(op.getResult(),
                      crossEntropyBackward(get(op.getLogits()), get(op.getTargets()),
                                           scalar(op.getDloss()), ignore(op), rounding()));
      })
      .Case([&](HeadCrossEntropyOp op) -> LogicalResult {
        auto all = headCrossEntropy(get(op.getX()), get(op.getWeight()), getOptional(op.getBias()),
                                    get(op.getTargets()), scalar(op.getDloss()), ignore(op),
                                    op.getTransposed(), op.getNarrow(), rounding());
        if (!all)
          return op.emitError() << llvm::toString(all.takeError());
        if (op.getDbias() && failed(define(op.getDbias(), std::move(all->dbias))))
          return failure();
        return success(succeeded(define(op.getLoss(), std::move(all->loss))) &&
                       succeeded(define(op.getDx(), std::move(all->dx))) &&
                       succeeded(define(op.getDweight(), std::move(all->dweight))));
      })
      .Case([&](ConstantOp op) {
        return define(op.getResult(), Tensor{{}, {op.getValue().convertToDouble()}});
      })
      .Case([&](TrainingDropoutOp op) { return dropout(op); })
      .Case([&](AccumulateOp op) { return accumulate(op); })
      .Case([&](GradientNormOp op) { return gradientNorm(op); })
      .Case([&](ClipFactorOp op) {
        return define(op.getResult(),
                      Tensor{{}, {clipFactor(scalar(op.getNorm()), scalar(op.getMax()))}});
      })
      .Case([&](AdamwOp op) { return update(op); })
      .Case([&](SgdOp op) { return update(op); })
      .Case([&](InitialiseOp op) { return initialise(op); })
      .Default([](Operation *op) {
        return op->emitError("the reference does not know '") << op->getName() << "'";
      });
}

LogicalResult Interpreter::dropout(TrainingDropoutOp op) {
  DropoutPlace place;
  place.seed = static_cast<uint32_t>(static_cast<int64_t>(scalar(op.getSeed())));
  place.step = static_cast<uint32_t>(static_cast<int64_t>(scalar(op.getStep())));
  if (auto loop = op->getParentOfType<RepeatOp>()) {
    place.layer = static_cast<uint32_t>(layers_.lookup(loop.getLayers()));
    place.layers = static_cast<uint32_t>(lookupDim(model_, loop.getLayers()).getMax());
  }
  place.stream = op.getStream();
  place.first = op.getFirst() ? static_cast<int64_t>(scalar(op.getFirst())) : 0;
  return define(op.getResult(),
                trainingDropout(get(op.getX()), op.getProbability().convertToDouble(), place));
}

int64_t Interpreter::layersOf(ParamOp param) const {
  FlatSymbolRefAttr layers = param.getLayersAttr();
  return layers ? static_cast<int64_t>(lookupDim(model_, layers.getValue()).getMax()) : 1;
}

LogicalResult Interpreter::accumulate(AccumulateOp op) {
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, op.getName()));
  int64_t layer = layerOf(param.getLayersAttr());
  bool fresh = op.getFresh() && (!op.getFirst() || scalar(op.getFirst()) == 0);
  const Tensor *before = find(Part::Gradient, op.getName(), layer);
  Tensor gradient = get(op.getValue());
  for (size_t i = 0; !fresh && before && i < gradient.values.size(); ++i)
    gradient.values[i] += before->values[i];
  set(Part::Gradient, op.getName(), layer, std::move(gradient));
  return success();
}

/// Calls `function(layer, value, gradient)` for each layer; an error where one has no value.
template <class Function>
static LogicalResult forLayers(const Interpreter &interpreter, Operation *op, StringRef name,
                               int64_t layers, Function function) {
  for (int64_t layer = 0; layer < layers; ++layer) {
    const Tensor *value = interpreter.find(Part::Value, name, layer);
    const Tensor *gradient = interpreter.find(Part::Gradient, name, layer);
    if (!value || !gradient)
      return op->emitError("parameter '")
             << name << "' of layer " << layer << " has no "
             << (value ? "gradient; call 'gradients' before" : "value; set it before the call");
    function(layer, *value, *gradient);
  }
  return success();
}

LogicalResult Interpreter::gradientNorm(GradientNormOp op) {
  double squares = 0;
  for (auto name : op.getNames().getAsRange<FlatSymbolRefAttr>()) {
    auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, name.getAttr()));
    auto add = [&](int64_t, const Tensor &, const Tensor &gradient) {
      for (double g : gradient.values)
        squares += g * g;
    };
    if (failed(forLayers(*this, op, name.getValue(), layersOf(param), add)))
      return failure();
  }
  return define(op.getResult(), Tensor{{}, {std::sqrt(squares)}});
}

LogicalResult Interpreter::update(AdamwOp op) {
  AdamwStep step{scalar(op.getFactor()),
                 scalar(op.getStep()),
                 scalar(op.getLearningRate()),
                 scalar(op.getBeta1()),
                 scalar(op.getBeta2()),
                 scalar(op.getEpsilon()),
                 op.getDecays() ? scalar(op.getWeightDecay()) : 0};
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, op.getName()));
  return forLayers(*this, op, op.getName(), layersOf(param),
                   [&](int64_t layer, const Tensor &value, const Tensor &gradient) {
                     auto moment = [&](Part part) {
                       const Tensor *before = find(part, op.getName(), layer);
                       return before ? *before : Tensor::zeros(value.shape);
                     };
                     Tensor next = value, m = moment(Part::Moment1), v = moment(Part::Moment2);
                     adamw(step, gradient, next, m, v);
                     set(Part::Value, op.getName(), layer, std::move(next));
                     set(Part::Moment1, op.getName(), layer, std::move(m));
                     set(Part::Moment2, op.getName(), layer, std::move(v));
                   });
}

LogicalResult Interpreter::update(SgdOp op) {
  double decay = op.getDecays() ? scalar(op.getWeightDecay()) : 0;
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, op.getName()));
  return forLayers(*this, op, op.getName(), layersOf(param),
                   [&](int64_t layer, const Tensor &value, const Tensor &gradient) {
                     Tensor next = value;
                     sgd(scalar(op.getFactor()), scalar(op.getLearningRate()), decay, gradient,
                         next);
                     set(Part::Value, op.getName(), layer, std::move(next));
                   });
}

LogicalResult Interpreter::initialise(InitialiseOp op) {
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model_, op.getName()));
  auto seed = static_cast<uint32_t>(static_cast<int64_t>(scalar(op.getSeed())));
  ArrayRef<int64_t> shape = param.getTensorType().getShape();
  for (int64_t layer = 0; layer < layersOf(param); ++layer) {
    set(Part::Value, op.getName(), layer,
        initialValue(shape, param.getInit(), param.getInitValue().convertToDouble(), seed,
                     static_cast<uint32_t>(layer), static_cast<uint32_t>(layersOf(param)),
                     op.getStream()));
    for (Part part : {Part::Gradient, Part::Moment1, Part::Moment2})
      set(part, op.getName(), layer, Tensor::zeros(shape));
  }
  return success();
}

} // namespace tenon::reference
