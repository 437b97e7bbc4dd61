// Pass tenon-derive-entries: see Passes.td.
#include "Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Iterators.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_DERIVEENTRIES
#include "Passes.h.inc"

namespace {
/// Whether a value is computed with a cross-entropy, going back through its producers.
bool dependsOnLoss(Value value) {
  llvm::SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitUsesFromAbove = false;
  if (!value.getDefiningOp() || failed(getBackwardSlice(value, &slice, options)))
    return false;
  return llvm::any_of(slice, [](Operation *op) { return isa<CrossEntropyOp>(op); });
}

/// Keeps the results of `function` that `keep` accepts.
void keepResults(func::FuncOp function, llvm::function_ref<bool(unsigned)> keep) {
  auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  llvm::BitVector drop(function.getNumResults());
  for (unsigned i = 0; i < drop.size(); ++i)
    drop[i] = !keep(i);
  ret->eraseOperands(drop);
  (void)function.eraseResults(drop);
}

/// Erases operations and arguments that no result needs any more.
void eraseUnused(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
  llvm::BitVector drop(function.getNumArguments());
  for (unsigned i = 0; i < drop.size(); ++i)
    drop[i] = function.getArgument(i).use_empty();
  (void)function.eraseArguments(drop);
}

void dropCaches(func::FuncOp function) {
  function.walk([](AttentionOp op) { op.removeCacheAttr(); });
}

/// Lets positions and attention continue from the cache, and returns the last token's outputs.
LogicalResult makeStep(func::FuncOp function) {
  bool cached = false;
  function.walk([&](AttentionOp op) { cached |= op.getCacheAttr() != nullptr; });
  if (!cached)
    return function.emitError(
        "entry 'step' needs an attention with a cache, and the model has none; "
        "ask for 'forward' instead");
  function.walk([](PositionsOp op) { op.setCached(true); });

  auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  OpBuilder b(ret);
  SmallVector<Type> results;
  for (OpOperand &operand : ret->getOpOperands()) {
    auto type = cast<RankedTensorType>(operand.get().getType());
    ArrayRef<StringAttr> names = dimNames(type);
    if (type.getRank() == 3) {
      auto last =
          RankedTensorType::get({type.getDimSize(0), type.getDimSize(2)}, type.getElementType(),
                                DimsAttr::get(b.getContext(), {names[0], names[2]}));
      operand.set(LastTokenOp::create(b, operand.get().getLoc(), last, operand.get()));
    }
    results.push_back(operand.get().getType());
  }
  function.setType(b.getFunctionType(function.getArgumentTypes(), results));
  return success();
}

struct DeriveEntries : impl::DeriveEntriesBase<DeriveEntries> {
  using DeriveEntriesBase::DeriveEntriesBase;

  LogicalResult derive(ModelOp model, func::FuncOp graph, StringRef name) {
    if (name != "forward" && name != "step" && name != "loss")
      return model.emitError("unknown entry '")
             << name << "'; a model can have the entries forward, step, loss";
    OpBuilder b(graph);
    auto function = cast<func::FuncOp>(b.clone(*graph));
    function.setSymName(name);
    auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    bool wantsLoss = name == "loss";
    SmallVector<bool> isLoss;
    for (Value result : ret.getOperands())
      isLoss.push_back(dependsOnLoss(result));
    keepResults(function, [&](unsigned i) { return isLoss[i] == wantsLoss; });
    if (function.getNumResults() == 0)
      return graph.emitError("entry '")
             << name << "' has no outputs: the model has "
             << (wantsLoss ? "no output that depends on a cross_entropy"
                           : "only outputs that depend on a cross_entropy");
    if (name == "step") {
      if (failed(makeStep(function)))
        return failure();
    } else {
      dropCaches(function);
    }
    eraseUnused(function);
    return success();
  }

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>()) {
      auto graph = dyn_cast_or_null<func::FuncOp>(SymbolTable::lookupSymbolIn(model, "graph"));
      if (!graph)
        continue;
      for (const std::string &name : entries)
        if (failed(derive(model, graph, name)))
          return signalPassFailure();
      graph.erase();
    }
  }
};
} // namespace
} // namespace tenon
