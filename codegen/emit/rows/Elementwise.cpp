// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of elementwise chains, and of copies of the last token.
#include "Elementwise.h"
#include "Dropout.h"
#include "Families.h"
#include "kernel/Bf16.h"
#include "kernel/Math.h"
#include "kernel/ScalarFunctions.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

// How far ahead a chain's input is prefetched. Loads wait for the condition that selects their
// lanes, of dropout at the end of a long computation; the hardware sees them too late.
static constexpr int64_t elementsAhead = 512;

/// A tensor as rows: a number, such as a loss, is one row of one element.
static int64_t columnsOf(RankedTensorType type) {
  return type.getRank() == 0 ? 1 : type.getShape().back();
}
static Value rowsOf(KernelBuilder &k, RankedTensorType type) {
  return type.getRank() == 0 ? k.index(1) : k.rows(type);
}

/// The index of an operand's element that meets (row, column) of a tensor of `full` type: an
/// operand of lower rank is repeated over the leading dimensions that it lacks.
static Value operandIndex(KernelBuilder &k, RankedTensorType operand, RankedTensorType full,
                          Value row, Value column) {
  if (operand.getRank() == 1)
    return column;
  if (operand.getRank() != full.getRank())
    row = k.rem(row, k.rows(operand));
  return k.add(k.mul(row, columnsOf(full)), column);
}

namespace {
/// A chain at a few elements of one row: what of it has been worked out.
struct Chain {
  KernelBuilder &k;
  RankedTensorType full;
  unsigned lanes;
  Value row, column;
  llvm::SmallDenseMap<Value, Value> made;

  Chain(KernelBuilder &k, Value seed, Value value, Value row, Value column)
      : k(k), full(cast<RankedTensorType>(seed.getType())), lanes(lanesOf(value)), row(row),
        column(column), made({{seed, value}}) {}

  /// An operand: a value of the chain, or one from memory.
  Value operand(Value other) const {
    if (Value value = made.lookup(other))
      return value;
    auto type = cast<RankedTensorType>(other.getType());
    if (type.getRank() == 0)
      return k.broadcast(k.scalar(other), lanes);
    return k.load(k.base(other), operandIndex(k, type, full, row, column), type.getElementType(),
                  lanes);
  }
  Value result(Operation *operation) const {
    return llvm::TypeSwitch<Operation *, Value>(operation)
        .Case([&](AddOp op) {
          Value x = operand(op.getX());
          return k.addf(x, operand(op.getY()));
        })
        .Case([&](ScaleOp op) {
          return k.mulf(operand(op.getX()), k.splat(op.getFactor().convertToDouble(), lanes));
        })
        .Case([&](GeluOp op) { return emitGelu(k, operand(op.getX()), op.getForm()); })
        .Case([&](ElementwiseOp op) {
          return emitScalarFunction(
              k, op.getFunction(),
              llvm::map_to_vector(op.getInputs(), [&](Value input) { return operand(input); }));
        })
        .Case([&](GeluBackwardOp op) {
          Value slope = emitGeluDerivative(k, operand(op.getX()), op.getForm());
          return k.mulf(operand(op.getDy()), slope);
        })
        .Case([&](TrainingDropoutOp op) {
          return emitDropout(k, op, operand(op.getX()), row, column);
        })
        // The last of its chain (Grow.cpp): whoever stores the value rounds it.
        .Case([&](CastOp op) { return operand(op.getX()); });
  }
  Value apply(Operation *operation) { return made[operation->getResult(0)] = result(operation); }
};
} // namespace

Value applyChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                 Value column) {
  Chain chain(k, seed, value, row, column);
  for (Operation *op : ops)
    value = chain.apply(op);
  return value;
}

void storeChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                Value column) {
  Chain chain(k, seed, value, row, column);
  auto yield = cast<YieldOp>(k.group.getBody().front().getTerminator());
  auto store = [&](Value made, Value elements) {
    for (auto [i, yielded] : llvm::enumerate(yield.getValues()))
      if (yielded == made) {
        Type element = cast<RankedTensorType>(made.getType()).getElementType();
        storeF32As(k, element, elements, k.resultBase(i),
                   k.add(k.mul(row, columnsOf(chain.full)), column));
      }
  };
  store(seed, value);
  for (Operation *op : ops)
    store(op->getResult(0), chain.apply(op));
}

unsigned chainVectors(ArrayRef<Operation *> ops, int64_t columns) {
  bool drops = llvm::any_of(ops, llvm::IsaPred<TrainingDropoutOp>);
  return drops && columns % 4 == 0 ? dropoutVectors : 1;
}

SmallVector<Operation *> elementwiseOps(GroupOp group) {
  SmallVector<Operation *> ops;
  for (Operation &op : group.getBody().front())
    if (op.hasTrait<IsElementwise>() || isa<CastOp>(op))
      ops.push_back(&op);
  return ops;
}

/// What a chain of its own begins with: an operand of the first operation that has all dimensions,
/// computed rather than a parameter where there is the choice.
static Value seedOf(Operation *first) {
  auto hasAll = [&](Value operand) {
    return cast<RankedTensorType>(operand.getType()).getRank() ==
           cast<RankedTensorType>(first->getResult(0).getType()).getRank();
  };
  for (Value operand : first->getOperands())
    if (hasAll(operand) && !operand.getDefiningOp<GetParamOp>())
      return operand;
  return *llvm::find_if(first->getOperands(), hasAll);
}

/// Calls `body(column, lanes)` for all columns of a row: full vectors of `lanes` elements in a
/// loop, then the tail.
static void forColumns(KernelBuilder &k, int64_t columns, unsigned lanes,
                       llvm::function_ref<void(Value, unsigned)> body) {
  if (columns >= lanes)
    k.loop(k.index(0), k.index(columns - columns % lanes), lanes,
           [&](Value column) { body(column, lanes); });
  for (Piece piece : tailPieces(columns, lanes))
    body(k.index(piece.offset), piece.lanes);
}

LogicalResult emitElementwise(GroupOp group, CpuKernelBuilder &k) {
  if (group.getKind() == GroupKind::LastToken) {
    auto last = cast<LastTokenOp>(group.getBody().front().front());
    auto type = cast<RankedTensorType>(last.getType());
    auto full = cast<RankedTensorType>(last.getX().getType());
    int64_t columns = type.getShape().back();
    auto [begin, end] = k.share(k.rows(type));
    k.loop(begin, end, 1, [&](Value row) {
      Value time = k.size(dimNames(full)[1]);
      Value source = k.mul(k.sub(k.mul(k.add(row, 1), time), k.index(1)), columns);
      forColumns(k, columns, k.target.lanes, [&](Value column, unsigned lanes) {
        Value value = k.load(k.base(last.getX()), k.add(source, column),
                             storedType(type.getElementType()), lanes);
        k.store(value, k.resultBase(0), k.add(k.mul(row, columns), column));
      });
    });
    return success();
  }
  SmallVector<Operation *> ops = elementwiseOps(group);
  Value seed = seedOf(ops.front());
  auto type = cast<RankedTensorType>(seed.getType());
  int64_t columns = columnsOf(type);
  unsigned width = k.target.lanes * chainVectors(ops, columns);
  auto [begin, end] = k.share(rowsOf(k, type));
  k.loop(begin, end, 1, [&](Value row) {
    if (type.getRank() == 0)
      return storeChain(k, ops, seed, k.scalar(seed), row, k.index(0));
    forColumns(k, columns, width, [&](Value column, unsigned lanes) {
      Value index = k.add(k.mul(row, columns), column);
      k.prefetchRun(k.base(seed), k.add(index, elementsAhead), type.getElementType(), lanes);
      Value value = k.load(k.base(seed), index, type.getElementType(), lanes);
      storeChain(k, ops, seed, value, row, column);
    });
  });
  return success();
}

} // namespace tenon
