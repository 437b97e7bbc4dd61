// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of growth of kernels by rows: which elementwise operations and reductions go over the
// same rows in one kernel, whatever their results are used for.
#include "Growth.h"
#include "RowParts.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static bool haveSameDims(RankedTensorType x, RankedTensorType y) {
  return x.getShape() == y.getShape() && dimNames(x) == dimNames(y);
}

static bool hasOneOfEachName(RankedTensorType type) {
  llvm::SmallDenseSet<StringAttr> names(dimNames(type).begin(), dimNames(type).end());
  return names.size() == dimNames(type).size();
}

static bool isRowwise(Operation *op) {
  return isElementwise(op) || isa<ReduceOp>(op) || isView(op);
}

/// A type, and how many of its last dimensions are a row.
struct Rows {
  RankedTensorType type;
  unsigned rank = 1;

  RankedTensorType outer() const {
    RankedTensorType rest = type;
    for (unsigned i = 0; i < rank; ++i)
      rest = withoutDim(rest, rest.getRank() - 1);
    return rest;
  }
};

/// What a view reads and makes.
static SmallVector<Rows> rowsOf(Operation *view) {
  SmallVector<Rows> rows;
  auto add = [&](Value value) {
    rows.push_back(
        {typeOf(value), static_cast<unsigned>(typeOf(value).getRank()) - outerRank(view)});
  };
  for (Value operand : view->getOperands())
    add(operand);
  add(view->getResult(0));
  return rows;
}

/// Whether a kernel ends with elementwise operations behind `op`: those are rather left to it.
static bool takesEpilogue(Operation *op) {
  return isa<LinearOp, LinearBackwardOp, GatheredLinearOp, LayerNormBackwardOp, EmbeddingOp>(op);
}

namespace {
class RowGrowth {
public:
  explicit RowGrowth(Operation *first) : first(first) {
    if (isView(first))
      numbers = rowsOf(first).front().outer();
    else if (auto reduce = dyn_cast<ReduceOp>(first))
      setRow(reduce.getX().getType());
    else
      setRow(typeOf(first->getResult(0)));
    take(first);
  }

  /// The operations of the group, in order.
  SmallVector<Operation *> grow() {
    for (Operation *op = first->getNextNode(); op; op = op->getNextNode())
      if (joins(op))
        take(op);
      else if (isEarly(op) && fits(op))
        early.insert(op);
      else if (dependsOnMembers(op))
        behind.insert(op);
      else if (isRowwise(op) && llvm::any_of(op->getOperands(), [&](Value operand) {
                 return !isKnownBefore(operand) && isOfLaterKernel(operand.getDefiningOp());
               }))
        others.insert(op);
    leaveToOthers();
    SmallVector<Operation *> inOrder(members.begin(), members.end());
    llvm::sort(inOrder, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
    return inOrder;
  }

  /// Whether an operation makes what has an element for each column, or a number for each row.
  bool fits(Operation *op) {
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return reduce.isOfRows() && isRow(typeOf(reduce.getX())) &&
             hasOneOfEachName(typeOf(reduce.getX()));
    if (isView(op))
      return llvm::all_of(rowsOf(op), [&](const Rows &own) {
        return isOfNumbers(own.outer()) && hasOneOfEachName(own.type);
      });
    if (!isElementwise(op))
      return false;
    RankedTensorType type = typeOf(op->getResult(0));
    return isRow(type) || (isOfNumbers(type) && !isa<TrainingDropoutOp>(op));
  }

private:
  void setRow(RankedTensorType type) {
    row = type;
    rows.clear();
    rows.insert(row);
    bool hasNumbers =
        row.getRank() > 0 && !row.isDynamicDim(row.getRank() - 1) && hasOneOfEachName(row);
    numbers = hasNumbers ? withoutDim(row, row.getRank() - 1) : RankedTensorType();
  }
  /// Whether a type is that of the rows, or of one that a view has to do with.
  bool isRow(RankedTensorType type) {
    return llvm::any_of(rows, [&](RankedTensorType known) { return haveSameDims(type, known); });
  }
  bool isOfNumbers(RankedTensorType type) { return numbers && haveSameDims(type, numbers); }

  /// Takes in what follows from members, or reads rows that they read, where nothing that it needs
  /// is made later by a kernel that would rather end with it, or follows from this one.
  bool joins(Operation *op) {
    bool follows = llvm::any_of(op->getOperands(), [&](Value operand) {
      return isMember(operand) || reads.contains(operand);
    });
    bool isKnown = llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *maker = operand.getDefiningOp();
      return isMember(operand) || isKnownBefore(operand) || early.contains(maker) ||
             (!behind.contains(maker) && !isOfLaterKernel(maker));
    });
    if (!follows || !isKnown || isa<CastOp>(op) != isCastOfMember(op))
      return false;
    if (fits(op))
      return true;
    if (!isElementwise(op))
      return false;
    if (!row)
      return false;
    // What was taken so far are the numbers of longer rows.
    RankedTensorType type = typeOf(op->getResult(0));
    bool isWider = type.getRank() == row.getRank() + 1 && !type.isDynamicDim(type.getRank() - 1) &&
                   hasOneOfEachName(type) &&
                   haveSameDims(withoutDim(type, type.getRank() - 1), row);
    bool areNumbers = llvm::none_of(members, [&](Operation *member) {
      return isa<ReduceOp, TrainingDropoutOp, CastOp>(member) || isView(member) ||
             !haveSameDims(typeOf(member->getResult(0)), row);
    });
    if (!isWider || !areNumbers)
      return false;
    setRow(type);
    return true;
  }

  bool isOfLaterKernel(Operation *op) { return takesEpilogue(op) || others.contains(op); }
  bool isMember(Value value) { return members.contains(value.getDefiningOp()); }
  bool isCastOfMember(Operation *op) {
    auto cast = dyn_cast<CastOp>(op);
    return cast && isMember(cast.getX());
  }
  bool isKnownBefore(Value value) {
    Operation *maker = value.getDefiningOp();
    return !maker || maker->getBlock() != first->getBlock() || maker->hasTrait<IsOfEachKernel>() ||
           maker->isBeforeInBlock(first);
  }
  /// Whether an operation could be computed before the first one; not yet wanted by any member.
  bool isEarly(Operation *op) {
    return isRowwise(op) && !isa<CastOp>(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
             return isKnownBefore(operand) || early.contains(operand.getDefiningOp());
           });
  }
  /// Through operations that are not members, or may become some; also by a region.
  bool dependsOnMembers(Operation *op) {
    return op
        ->walk([&](Operation *inside) {
          return llvm::any_of(inside->getOperands(),
                              [&](Value operand) {
                                Operation *maker = operand.getDefiningOp();
                                return members.contains(maker) || behind.contains(maker) ||
                                       early.contains(maker);
                              })
                     ? WalkResult::interrupt()
                     : WalkResult::advance();
        })
        .wasInterrupted();
  }

  void take(Operation *op) {
    if (!members.insert(op))
      return;
    if (isView(op))
      for (const Rows &own : rowsOf(op))
        if (own.rank == 1)
          rows.insert(own.type);
    for (Value operand : op->getOperands()) {
      if (Operation *maker = operand.getDefiningOp(); maker && early.contains(maker))
        take(maker);
      else if (!isMember(operand) && !operand.getDefiningOp<AlongOp>() &&
               (isRow(typeOf(operand)) || isView(op)))
        reads.insert(operand);
    }
  }

  /// Whether a kernel by rows around `user` may make a value itself that is its operand.
  static bool makesItself(Operation *user, RankedTensorType operand) {
    if (isView(user))
      return llvm::any_of(rowsOf(user), [&](const Rows &own) {
        return own.rank == 1 && haveSameDims(own.type, operand);
      });
    if (auto reduce = dyn_cast<ReduceOp>(user))
      return reduce.isOfRows();
    if (!isElementwise(user))
      return false;
    RankedTensorType made = typeOf(user->getResult(0));
    return haveSameDims(made, operand) ||
           (made.getRank() > 0 &&
            haveSameDims(withoutDim(made, made.getRank() - 1), operand)); // numbers of its rows
  }

  /// What no member needs, and others only to compute with it, they make themselves: it would have
  /// to be stored for them. But a reduction has the row at hand.
  void leaveToOthers() {
    SmallVector<Operation *> inOrder(members.begin(), members.end());
    llvm::sort(inOrder, [](Operation *x, Operation *y) { return y->isBeforeInBlock(x); });
    for (Operation *op : inOrder) {
      Value value = op->getResult(0);
      bool isLeft = op != first && !isa<CastOp, ReduceOp>(op) && !value.use_empty() &&
                    llvm::all_of(value.getUsers(), [&](Operation *user) {
                      return !members.contains(user) && user->getBlock() == op->getBlock() &&
                             makesItself(user, typeOf(value));
                    });
      if (isLeft)
        members.remove(op);
    }
  }

  Operation *first;
  RankedTensorType row;                           // of what has elements; null where views say
  RankedTensorType numbers;                       // of what has one for each row, if anything may
  llvm::SmallSetVector<RankedTensorType, 4> rows; // that one, and those of views
  llvm::SmallSetVector<Operation *, 16> members;
  llvm::SmallPtrSet<Operation *, 16> early;  // that fit, and become members where one needs them
  llvm::SmallPtrSet<Operation *, 16> behind; // that are none and depend on members
  llvm::SmallPtrSet<Operation *, 16> others; // that follow from a kernel that ends with some
  llvm::DenseSet<Value> reads;               // rows in memory
};
} // namespace

GroupPlan growRows(Operation *first) {
  Growth growth(GroupKind::Rows, first);
  auto reduce = dyn_cast<ReduceOp>(first);
  if (reduce && !reduce.isOfRows()) {
    growth.stop("what it adds up does not lie side by side");
    return growth.plan;
  }
  auto isUnique = [](const Rows &own) { return hasOneOfEachName(own.type); };
  if (isView(first) && !llvm::all_of(rowsOf(first), isUnique)) {
    growth.stop("its rows have two dimensions of one name");
    return growth.plan;
  }
  RowGrowth rows(first);
  growth.plan.members = rows.grow();
  Operation *last = growth.plan.members.back();
  if (isa<CastOp>(last))
    growth.stop("it stores its rows in bf16");
  else if (Operation *user = growth.onlyUser())
    growth.stop("'tenon." + titleOf(user) +
                (rows.fits(user)       ? "' needs what is made later"
                 : isElementwise(user) ? "' works on rows of other dimensions"
                                       : "' is not computed row by row"));
  return growth.plan;
}

} // namespace tenon
