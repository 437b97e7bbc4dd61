// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-fuse: see Passes.td. Grow.h decides what joins a group; this file forms the groups.
#include "Grow.h"
#include "Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_FUSE
#include "Passes.h.inc"

namespace {
/// Where a plan's group goes: where the last of its operations is. But a norm that joins an
/// embedding comes forward to the row that it reads, since others may read that row before it.
Operation *placeOf(const GroupPlan &plan) {
  bool hasNorm = plan.kind == GroupKind::Embedding && isa<LayerNormOp>(plan.members.back());
  return hasNorm ? plan.members.end()[-2] : plan.members.back();
}

/// What stands between the first operation of a plan and its place, and needs a result of it: such
/// as arithmetic on a loss, where the gradients of its head come later.
SmallVector<Operation *> usersBefore(Operation *place, const GroupPlan &plan) {
  llvm::SmallPtrSet<Operation *, 16> members(plan.members.begin(), plan.members.end()), users;
  SmallVector<Operation *> inOrder;
  auto isBehind = [&](Value operand) {
    Operation *maker = operand.getDefiningOp();
    return members.contains(maker) || users.contains(maker);
  };
  for (Operation *op = plan.members.front(); op != place; op = op->getNextNode()) {
    bool isUser = op->walk([&](Operation *inside) {
                      return llvm::any_of(inside->getOperands(), isBehind) ? WalkResult::interrupt()
                                                                           : WalkResult::advance();
                    }).wasInterrupted();
    if (!members.contains(op) && isUser) {
      users.insert(op);
      inOrder.push_back(op);
    }
  }
  return inOrder;
}

/// Moves a plan's operations into a new group, and behind it what needs its results.
GroupOp formGroup(const GroupPlan &plan) {
  Operation *place = placeOf(plan);
  SmallVector<Operation *> users = usersBefore(place, plan);
  OpBuilder b(place);
  auto isInside = [&](Operation *user) { return llvm::is_contained(plan.members, user); };
  SmallVector<Value> yields;
  SmallVector<Type> types;
  SmallVector<Location> locations;
  for (Operation *member : plan.members) {
    locations.push_back(member->getLoc());
    for (Value result : member->getResults())
      if (!llvm::all_of(result.getUsers(), isInside)) {
        yields.push_back(result);
        types.push_back(result.getType());
      }
  }
  auto group = GroupOp::create(b, plan.members.front()->getLoc(), types, plan.kind);
  for (Operation *user : llvm::reverse(users))
    user->moveAfter(group);
  group->setAttr("tenon.ends", b.getStringAttr(plan.ends));
  Block *body = &group.getBody().emplaceBlock();
  b.setInsertionPointToStart(body);
  llvm::DenseMap<Operation *, Operation *> copies;
  for (Operation *member : plan.members)
    for (OpOperand &operand : member->getOpOperands()) {
      Operation *producer = operand.get().getDefiningOp();
      if (!producer || !producer->hasTrait<IsOfEachKernel>())
        continue;
      Operation *&copy = copies[producer];
      if (!copy)
        copy = b.clone(*producer);
      operand.set(copy->getResult(0));
    }
  for (Operation *member : plan.members)
    member->moveBefore(body, body->end());
  b.setInsertionPointToEnd(body);
  YieldOp::create(b, plan.members.back()->getLoc(), yields);
  for (auto [yielded, result] : llvm::zip_equal(yields, group.getResults()))
    yielded.replaceUsesWithIf(
        result, [&](OpOperand &use) { return use.getOwner()->getParentOp() != group; });
  return group;
}

/// Where numbers along a dimension are needed in memory too, that is an operation of its own.
void storeWhereNeeded(func::FuncOp function) {
  SmallVector<AlongOp> all;
  function.walk([&](AlongOp op) { all.push_back(op); });
  for (AlongOp op : all) {
    auto isStored = [](OpOperand &use) { return !makesAlong(use.getOwner()); };
    if (!llvm::any_of(op->getUses(), isStored) || llvm::all_of(op->getUses(), isStored))
      continue;
    OpBuilder b(op);
    Operation *stored = b.clone(*op);
    op->replaceUsesWithIf(stored->getResults(), isStored);
  }
}

void fuseBlock(Block &block) {
  llvm::SmallVector<Operation *> pending;
  for (Operation &op : block)
    pending.push_back(&op);
  llvm::DenseSet<Operation *> done;
  for (Operation *op : pending) {
    if (auto repeat = dyn_cast<RepeatOp>(op)) {
      fuseBlock(repeat.getBody().front());
      continue;
    }
    if (done.contains(op) || !startsGroup(op))
      continue;
    GroupPlan plan = growGroup(op);
    done.insert(plan.members.begin(), plan.members.end());
    formGroup(plan);
  }
  // What waited for a group that then did not take it.
  for (Operation *op : pending)
    if (!done.contains(op) && waitsForGroup(op)) {
      GroupPlan plan = growGroup(op);
      done.insert(plan.members.begin(), plan.members.end());
      formGroup(plan);
    }
  for (Operation *op : llvm::reverse(pending))
    if (!done.contains(op) && op->hasTrait<IsOfEachKernel>() && op->use_empty())
      op->erase();
}

/// Fails unless all operations of one `fused(...)` came out in one group.
LogicalResult checkFusedScopes(ModelOp model, func::FuncOp function) {
  llvm::DenseMap<int64_t, std::pair<GroupOp, Operation *>> first;
  LogicalResult result = success();
  function.walk([&](Operation *op) {
    auto scope = op->getAttrOfType<IntegerAttr>("tenon.fused");
    auto group = dyn_cast<GroupOp>(op->getParentOp());
    if (!scope || !group || op->hasTrait<IsOfEachKernel>())
      return;
    auto [entry, isNew] = first.try_emplace(scope.getInt(), group, op);
    if (isNew || entry->second.first == group || failed(result))
      return;
    auto [firstGroup, firstOp] = entry->second;
    auto ends = firstGroup->getAttrOfType<StringAttr>("tenon.ends");
    InFlightDiagnostic error = op->emitError("fused(...) cannot be kept in one kernel: '")
                               << op->getName() << "' does not join the "
                               << stringifyGroupKind(firstGroup.getKind()) << " kernel of '"
                               << firstOp->getName() << "': " << ends.getValue()
                               << "; move it out of fused(...)";
    error.attachNote(firstOp->getLoc()) << "the kernel begins here";
    if (auto lines = model->getAttrOfType<ArrayAttr>("tenon.fused_lines"))
      if (int64_t i = scope.getInt(); i >= 0 && i < static_cast<int64_t>(lines.size()))
        if (auto where = dyn_cast<LocationAttr>(lines[i]))
          error.attachNote(where) << "fused(...) is here";
    result = failure();
  });
  return result;
}

/// Groups stand where their last operation stood, so a parameter's gradients may come in another
/// order than they were written in: the first one begins it.
void beginWithFirst(func::FuncOp function) {
  llvm::MapVector<StringAttr, SmallVector<AccumulateOp>> gradients;
  function.walk<WalkOrder::PreOrder>(
      [&](AccumulateOp op) { gradients[op.getNameAttr().getAttr()].push_back(op); });
  for (auto &[name, ops] : gradients) {
    AccumulateOp first = ops.front();
    auto fresh = llvm::find_if(ops, [](AccumulateOp op) { return op.getFresh(); });
    if (fresh == ops.begin() || fresh == ops.end())
      continue;
    first.setFresh(true);
    first.getFirstMutable().assign(fresh->getFirst() ? ValueRange(fresh->getFirst())
                                                     : ValueRange());
    fresh->setFresh(false);
    fresh->getFirstMutable().clear();
  }
}

struct Fuse : impl::FuseBase<Fuse> {
  using FuseBase::FuseBase;

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>())
      for (func::FuncOp function : model.getBody().getOps<func::FuncOp>()) {
        storeWhereNeeded(function);
        fuseBlock(function.getBody().front());
        beginWithFirst(function);
        if (failed(checkFusedScopes(model, function)))
          return signalPassFailure();
      }
  }
};
} // namespace
} // namespace tenon
