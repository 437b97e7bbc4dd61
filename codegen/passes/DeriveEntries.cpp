// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-derive-entries: see Passes.td.
#include "DeriveTraining.h"
#include "EntryNames.h"
#include "LayerResults.h"
#include "Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Iterators.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

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

/// What has a cache writes what only it reads, and a stack may hold such operations: where nobody
/// uses their results, nothing is lost with them.
bool isUnused(Operation *op) {
  return isOpTriviallyDead(op) || (isa<AttentionOp, ShiftOp, RepeatOp>(op) && op->use_empty());
}

/// How long a vector is that reads nothing, an input tells: the first that has its dimension stays
/// where none does otherwise.
void keepSizeOf(RankedTensorType vector, func::FuncOp function, llvm::BitVector &drop) {
  if (vector.hasStaticShape())
    return;
  auto tells = [&](BlockArgument argument) {
    return llvm::is_contained(dimNames(argument.getType()), dimNames(vector).front());
  };
  auto arguments = function.getArguments();
  auto isKept = [&](BlockArgument argument) { return !drop[argument.getArgNumber()]; };
  if (llvm::any_of(arguments, [&](BlockArgument it) { return isKept(it) && tells(it); }))
    return;
  if (auto first = llvm::find_if(arguments, tells); first != arguments.end())
    drop.reset(first->getArgNumber());
}
} // namespace

void eraseUnused(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isUnused(op))
      op->erase();
  });
  llvm::BitVector drop(function.getNumArguments());
  for (unsigned i = 0; i < drop.size(); ++i)
    drop[i] = function.getArgument(i).use_empty();
  function.walk([&](AlongOp op) { keepSizeOf(op.getType(), function, drop); });
  (void)function.eraseArguments(drop);
}

void dropCaches(func::FuncOp function) {
  function.walk([](AttentionOp op) { op.removeCacheAttr(); });
  function.walk([](ShiftOp op) { op.removeCacheAttr(); });
}

namespace {
/// Whether anything has a cache, and what sees tokens that come later.
struct Sight {
  bool isCached = false, isBidirectional = false;
  std::string reduced; // a dimension known at run time only; empty where none is

  explicit Sight(func::FuncOp function) {
    function.walk([&](Operation *op) { isCached |= op->hasAttr("cache"); });
    function.walk([&](AttentionOp op) { isBidirectional |= op.getBidirectional(); });
    function.walk([&](ReduceOp op) {
      if (cast<RankedTensorType>(op.getX().getType()).isDynamicDim(op.getPlace()))
        reduced = op.getOver().str();
    });
  }
  bool isOfWholeSequences() const { return isBidirectional || !reduced.empty(); }
};

/// A copy of the graph with the outputs that are losses, or those that are not, and what they need.
func::FuncOp cloneFor(func::FuncOp graph, StringRef name, bool losses) {
  OpBuilder b(graph);
  auto function = cast<func::FuncOp>(b.clone(*graph));
  setEntryName(enclosingModel(graph), function, name);
  auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  SmallVector<bool> isLoss(llvm::map_range(ret.getOperands(), dependsOnLoss));
  keepResults(function, [&](unsigned i) { return isLoss[i] == losses; });
  eraseUnused(function);
  return function;
}

/// The entries that a graph can give, in the order in which they are named everywhere.
std::vector<std::string> entriesOf(func::FuncOp graph) {
  auto outputs = graph.getBody().front().getTerminator()->getOperands();
  size_t losses = llvm::count_if(outputs, dependsOnLoss);
  std::vector<std::string> entries;
  if (losses < outputs.size()) {
    entries.push_back("forward");
    func::FuncOp forward = cloneFor(graph, "forward", /*losses=*/false);
    if (Sight sight(forward); sight.isCached && !sight.isOfWholeSequences())
      entries.push_back("step");
    forward.erase();
  }
  if (losses > 0)
    entries.push_back("loss");
  return entries;
}

/// The greatest number of positions for each dimension that counts the tokens of a call: that of
/// the smallest of its caches.
llvm::MapVector<StringAttr, int64_t> tokenDims(func::FuncOp function) {
  llvm::MapVector<StringAttr, int64_t> contexts;
  function.walk([&](Operation *op) {
    StateOp cache = cacheOf(op);
    if (!cache)
      return;
    int64_t context = cache.getTensorType().getDimSize(1);
    auto [found, isNew] = contexts.insert({dimNames(op->getResult(0).getType())[1], context});
    if (!isNew)
      found->second = std::min(found->second, context);
  });
  return contexts;
}

/// Lets positions continue from the cache, as what has one does, and returns the last token's
/// outputs.
LogicalResult makeStep(func::FuncOp function) {
  function.walk([](PositionsOp op) { op.setCached(true); });
  llvm::MapVector<StringAttr, int64_t> tokens = tokenDims(function);
  WalkResult counted = function.walk([&](AlongOp op) {
    auto found = tokens.find(dimNames(op.getType()).front());
    if (found == tokens.end())
      return WalkResult::advance();
    op.setCached(true);
    if (found->second <= AlongOp::mostElements)
      return WalkResult::advance();
    op.emitError("positions of '") << found->first.getValue() << "' go up to the " << found->second
                                   << " of the cache, and f32 counts exactly up to "
                                   << AlongOp::mostElements << " only; let the cache be shorter";
    return WalkResult::interrupt();
  });
  if (counted.wasInterrupted())
    return failure();

  auto ret = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  OpBuilder b(ret);
  SmallVector<Type> results;
  for (OpOperand &operand : ret->getOpOperands()) {
    auto type = cast<RankedTensorType>(operand.get().getType());
    if (type.getRank() >= 3 && tokens.contains(dimNames(type)[1]))
      operand.set(
          LastTokenOp::create(b, operand.get().getLoc(), lastTokenType(type), operand.get()));
    results.push_back(operand.get().getType());
  }
  function.setType(b.getFunctionType(function.getArgumentTypes(), results));
  return success();
}

struct DeriveEntries : impl::DeriveEntriesBase<DeriveEntries> {
  using DeriveEntriesBase::DeriveEntriesBase;

  /// Why a model cannot give an entry of that name.
  static LogicalResult refuse(ModelOp model, func::FuncOp graph, StringRef name,
                              ArrayRef<std::string> possible) {
    std::string have = llvm::join(possible, ", ");
    Sight sight(graph);
    if (name != "forward" && name != "step" && name != "loss")
      return model.emitError("unknown entry '")
             << name << "'; model '" << model.getSymName() << "' can have the entries " << have
             << ", and for training " << llvm::join(trainingEntries(), ", ");
    return graph.emitError("model '")
           << model.getSymName() << "' has no entry '" << name << "': "
           << (name == "loss" ? "none of its outputs depends on a cross_entropy"
               : sight.isBidirectional
                   ? "its attention in both directions needs all tokens of a sequence at once"
               : !sight.reduced.empty() ? "its sum or maximum over '" + sight.reduced +
                                              "' needs all tokens of a sequence at once"
               : llvm::is_contained(possible, "forward")
                   ? "no output depends on anything with a cache"
                   : "all of its outputs depend on a cross_entropy")
           << "; ask for what it has: " << have;
  }

  static LogicalResult derive(func::FuncOp graph, StringRef name) {
    func::FuncOp function = cloneFor(graph, name, name == "loss");
    if (name == "step")
      return makeStep(function);
    dropCaches(function);
    return success();
  }

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>()) {
      func::FuncOp graph = lookupEntry(model, "graph");
      if (!graph)
        continue;
      graph.walk([](RepeatOp stack) { ownLayerResults(stack); });
      std::vector<std::string> possible = entriesOf(graph);
      ArrayRef<std::string> wanted = entries;
      if (wanted.empty())
        wanted = possible;
      for (const std::string &name : wanted) {
        if (llvm::is_contained(trainingEntries(), name)) {
          if (failed(deriveTraining(model, graph, name, narrowProducts)))
            return signalPassFailure();
          continue;
        }
        if (!llvm::is_contained(possible, name)) {
          (void)refuse(model, graph, name, possible);
          return signalPassFailure();
        }
        if (failed(derive(graph, name)))
          return signalPassFailure();
      }
      graph.erase();
    }
  }
};
} // namespace
} // namespace tenon
