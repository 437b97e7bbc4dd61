// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The entries that train: forward and backward, then what an optimiser does with the gradients. See
// Passes.td and, for the entries' inputs, codegen/README.md.
#include "DeriveTraining.h"
#include "AttentionHeads.h"
#include "DropDropout.h"
#include "EntryNames.h"
#include "TrainingScalars.h"
#include "Vjp.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace tenon {

static constexpr StringRef entryNames[] = {"train_step", "gradients", "update", "update_sgd",
                                           "init"};

ArrayRef<StringRef> trainingEntries() { return entryNames; }

namespace {
/// An entry under construction, and the scalars among its inputs.
class Entry {
public:
  Entry(ModelOp model, func::FuncOp function) : model(model), function(function) {}

  /// A new input of rank 0; i32 where `integer`.
  LogicalResult addScalar(StringRef name, bool integer) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.getArgAttrOfType<StringAttr>(i, "tenon.name") == name)
        return function.emitError("entry '")
               << entryName(function) << "' has an input '" << name
               << "' of its own, and the model has one too; rename the model's";
    MLIRContext *context = model.getContext();
    Type element = integer ? Type(IntegerType::get(context, 32)) : Float32Type::get(context);
    auto type = RankedTensorType::get({}, element, DimsAttr::get(context, {}));
    auto attrs =
        DictionaryAttr::get(context, NamedAttribute("tenon.name", StringAttr::get(context, name)));
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, type, attrs, function.getLoc())))
      return failure();
    scalars[name] = function.getArgument(index);
    return success();
  }

  /// Those of the entry of that name.
  LogicalResult addScalars(StringRef entry) {
    for (const TrainingScalar &scalar : trainingScalars(entry))
      if (failed(addScalar(scalar.name, scalar.isInteger)))
        return failure();
    return success();
  }

  Value scalar(StringRef name) { return scalars.lookup(name); }
  Operation *exit() { return function.getBody().front().getTerminator(); }

  LogicalResult addResult(Value value, StringRef name) {
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (function.getResultAttrOfType<StringAttr>(i, "tenon.name") == name)
        return function.emitError("entry '")
               << entryName(function) << "' has an output '" << name
               << "' of its own, and the model has one too; rename the model's";
    MLIRContext *context = model.getContext();
    auto attrs =
        DictionaryAttr::get(context, NamedAttribute("tenon.name", StringAttr::get(context, name)));
    unsigned index = function.getNumResults();
    exit()->insertOperands(index, value);
    return function.insertResult(index, value.getType(), attrs);
  }

  ModelOp model;
  func::FuncOp function;

private:
  llvm::StringMap<Value> scalars;
};

bool isLoss(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() != 0)
    return false;
  SmallVector<Value> pending = {value};
  llvm::DenseSet<Operation *> seen;
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (isa<CrossEntropyOp>(op))
      return true;
    llvm::append_range(pending, op->getOperands());
  }
  return false;
}

/// Leaves the function with the loss as its only result, and without what only others need.
LogicalResult keepLoss(func::FuncOp function) {
  Operation *exit = function.getBody().front().getTerminator();
  llvm::BitVector drop(function.getNumResults());
  for (unsigned i = 0; i < drop.size(); ++i)
    drop[i] = !isLoss(exit->getOperand(i));
  if (drop.size() - drop.count() != 1)
    return function.emitError("entry '")
           << entryName(function) << "' trains on one scalar output that depends on a "
           << "cross_entropy; the model has " << drop.size() - drop.count();
  exit->eraseOperands(drop);
  if (failed(function.eraseResults(drop)))
    return failure();
  eraseUnused(function);
  return success();
}

/// Dropout and attention as they are in training.
void replaceByTrainingForms(Entry &entry) {
  uint32_t stream = 0;
  entry.function.walk([&](DropoutOp op) {
    uint32_t own = stream++; // also of one that drops nothing, so that the others keep theirs
    if (op.getProbability().isZero())
      return dropDropout(op);
    OpBuilder b(op);
    auto dropout = TrainingDropoutOp::create(b, op.getLoc(), op.getX(), entry.scalar("seed"),
                                             entry.scalar("step"), entry.scalar("first_sequence"),
                                             op.getProbability(), own);
    dropout->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    op.replaceAllUsesWith(dropout.getResult());
    op.erase();
  });
  // A stack keeps what its first layer takes in a place of its own, which an input or the result of
  // another stack has not.
  entry.function.walk([&](RepeatOp op) {
    OpBuilder b(op);
    for (OpOperand &init : op.getInitsMutable())
      if (!init.get().getDefiningOp() || init.get().getDefiningOp<RepeatOp>())
        init.set(ScaleOp::create(b, op.getLoc(), init.get(), llvm::APFloat(1.0)));
  });
  dropCaches(entry.function);
  entry.function.walk([&](AttentionOp op) {
    OpBuilder b(op);
    RankedTensorType lse =
        tensorOf(entry.model, lseDims(op.getInputs(), op.getHeadsAttr()), b.getF64Type());
    auto saving =
        AttentionSavingOp::create(b, op.getLoc(), op.getType(), lse, op.getInputs(),
                                  op.getCaptured(), op.getHeadsAttr(), op.getBidirectionalAttr());
    saving.getScore().takeBody(op.getScore());
    saving->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    op.replaceAllUsesWith(saving.getResult());
    op.erase();
  });
}

/// A constant at the function's begin, so that everything may use it.
Value constant(Entry &entry, double value, Type type) {
  OpBuilder b = OpBuilder::atBlockBegin(&entry.function.getBody().front());
  return ConstantOp::create(b, entry.function.getLoc(), type, llvm::APFloat(value));
}

FailureOr<llvm::SetVector<StringAttr>> addGradients(Entry &entry) {
  replaceByTrainingForms(entry);
  Value loss = entry.exit()->getOperand(0), scale = entry.scalar("scale");
  Value dloss = scale ? scale : constant(entry, 1, loss.getType());
  auto params = appendBackward(loss, dloss, {entry.scalar("micro_step")});
  if (succeeded(params) && params->empty())
    return entry.function.emitError("entry '")
           << entryName(entry.function) << "' has nothing to train: the loss depends on no "
           << "parameter";
  return params;
}

/// The parameters that are biases of products, whatever their rank: with heads as dimensions it is
/// 2 and more.
llvm::StringSet<> biasesOf(ModelOp model) {
  llvm::StringSet<> biases;
  model.walk([&](LinearOp op) {
    if (Value bias = op.getBias())
      if (auto param = bias.getDefiningOp<GetParamOp>())
        biases.insert(param.getName());
  });
  return biases;
}

/// Clips by the norm of the gradients, then updates each of the parameters.
LogicalResult addUpdate(Entry &entry, const llvm::SetVector<StringAttr> &trained, bool isSgd) {
  OpBuilder b(entry.exit());
  Location loc = entry.function.getLoc();
  SmallVector<ParamOp> params;
  SmallVector<Attribute> names;
  for (ParamOp param : entry.model.getBody().getOps<ParamOp>())
    if (trained.contains(param.getSymNameAttr())) {
      params.push_back(param);
      names.push_back(FlatSymbolRefAttr::get(param.getSymNameAttr()));
    }
  auto scalar = [&](StringRef name) { return entry.scalar(name); };
  Value norm = GradientNormOp::create(b, loc, scalar("max_norm").getType(), b.getArrayAttr(names));
  Value factor = ClipFactorOp::create(b, loc, norm, scalar("max_norm"));
  llvm::StringSet<> biases = biasesOf(entry.model);
  for (ParamOp param : params) {
    bool decays = param.getTensorType().getRank() >= 2 && !biases.contains(param.getSymName());
    if (isSgd)
      SgdOp::create(b, param.getLoc(), param.getSymName(), decays, factor, scalar("lr"),
                    scalar("weight_decay"));
    else
      AdamwOp::create(b, param.getLoc(), param.getSymName(), decays, factor, scalar("step"),
                      scalar("lr"), scalar("beta1"), scalar("beta2"), scalar("eps"),
                      scalar("weight_decay"));
  }
  return entry.addResult(norm, "gradient_norm");
}

/// FNV-1a: the same on every machine, for ever, since initial values follow from it.
uint32_t hashOf(StringRef name) {
  uint32_t hash = 2166136261u;
  for (unsigned char letter : name)
    hash = (hash ^ letter) * 16777619u;
  return hash;
}

Entry cloneGraph(ModelOp model, func::FuncOp graph, StringRef name) {
  OpBuilder b(graph);
  auto function = cast<func::FuncOp>(b.clone(*graph));
  setEntryName(model, function, name);
  return {model, function};
}

Entry emptyEntry(ModelOp model, func::FuncOp graph, StringRef name) {
  OpBuilder b(graph);
  auto function = func::FuncOp::create(b, graph.getLoc(), name, b.getFunctionType({}, {}));
  setEntryName(model, function, name);
  b.setInsertionPointToEnd(function.addEntryBlock());
  func::ReturnOp::create(b, graph.getLoc());
  return {model, function};
}

LogicalResult deriveGradients(ModelOp model, func::FuncOp graph, StringRef name,
                              bool narrowProducts) {
  Entry entry = cloneGraph(model, graph, name);
  if (narrowProducts)
    entry.function.walk([](LinearOp op) { op.setNarrow(true); });
  bool isWhole = name == "train_step";
  if (failed(keepLoss(entry.function)) || failed(entry.addScalars(name)))
    return failure();
  auto trained = addGradients(entry);
  if (failed(trained))
    return failure();
  return isWhole ? addUpdate(entry, *trained, /*isSgd=*/false) : success();
}

LogicalResult deriveUpdate(ModelOp model, func::FuncOp graph, StringRef name) {
  // The parameters are those that the gradients are for.
  Entry scratch = cloneGraph(model, graph, "gradients.of." + name.str());
  if (failed(keepLoss(scratch.function)) || failed(scratch.addScalar("step", true)) ||
      failed(scratch.addScalar("seed", true)))
    return failure();
  auto trained = addGradients(scratch);
  scratch.function.erase();
  if (failed(trained))
    return failure();
  Entry entry = emptyEntry(model, graph, name);
  if (failed(entry.addScalars(name)))
    return failure();
  return addUpdate(entry, *trained, /*isSgd=*/name == "update_sgd");
}

LogicalResult deriveInit(ModelOp model, func::FuncOp graph, StringRef name) {
  Entry entry = emptyEntry(model, graph, name);
  if (failed(entry.addScalars(name)))
    return failure();
  OpBuilder b(entry.exit());
  for (ParamOp param : model.getBody().getOps<ParamOp>())
    InitialiseOp::create(b, param.getLoc(), param.getSymName(), entry.scalar("seed"),
                         hashOf(param.getSymName()));
  return success();
}
} // namespace

LogicalResult deriveTraining(ModelOp model, func::FuncOp graph, StringRef name,
                             bool narrowProducts) {
  for (ParamOp param : model.getBody().getOps<ParamOp>())
    if (Type element = param.getTensorType().getElementType(); !element.isF32() && !element.isF64())
      return param.emitError("entry '")
             << name << "' trains parameters of f32, and '" << param.getSymName() << "' is "
             << element << "; declare it f32";
  if (name == "init")
    return deriveInit(model, graph, name);
  return name.starts_with("update") ? deriveUpdate(model, graph, name)
                                    : deriveGradients(model, graph, name, narrowProducts);
}

} // namespace tenon
