// The kernel family of elementwise chains, and of copies of the last token.
#include "Elementwise.h"
#include "Bf16.h"
#include "Families.h"
#include "Math.h"

using namespace mlir;

namespace tenon {

/// The index of an operand's element that meets (row, column) of a tensor of `full` type: an
/// operand of lower rank is repeated over the leading dimensions that it lacks.
static Value operandIndex(KernelBuilder &k, RankedTensorType operand, RankedTensorType full,
                          Value row, Value column) {
  int64_t columns = full.getShape().back();
  if (operand.getRank() == 1)
    return column;
  if (operand.getRank() != full.getRank())
    row = k.rem(row, k.rows(operand));
  return k.add(k.mul(row, columns), column);
}

Value applyChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                 Value column) {
  auto full = cast<RankedTensorType>(seed.getType());
  Value current = seed;
  for (Operation *op : ops) {
    if (auto gelu = dyn_cast<GeluOp>(op)) {
      value = emitGelu(k, value, gelu.getForm());
    } else if (auto scale = dyn_cast<ScaleOp>(op)) {
      value = k.mulf(value, k.splat(scale.getFactor().convertToDouble(), lanesOf(value)));
    } else if (isa<CastOp>(op)) {
      // The last of its chain (Grow.cpp): whoever stores the value rounds it.
    } else {
      auto add = cast<AddOp>(op);
      Value other = add.getX() == current ? add.getY() : add.getX();
      auto type = cast<RankedTensorType>(other.getType());
      Value loaded = k.load(k.base(other), operandIndex(k, type, full, row, column),
                            type.getElementType(), lanesOf(value));
      value = add.getX() == current ? k.addf(value, loaded) : k.addf(loaded, value);
    }
    current = op->getResult(0);
  }
  return value;
}

void storeChain(KernelBuilder &k, ArrayRef<Operation *> ops, Value seed, Value value, Value row,
                Value column) {
  auto yielded = cast<YieldOp>(k.group.getBody().front().getTerminator()).getValues();
  int64_t columns = cast<RankedTensorType>(seed.getType()).getShape().back();
  Value index = k.add(k.mul(row, columns), column);
  auto store = [&](Value of) {
    for (auto [i, result] : llvm::enumerate(yielded))
      if (result == of) {
        auto type = cast<RankedTensorType>(of.getType());
        storeF32As(k, type.getElementType(), value, k.resultBase(i), index);
      }
  };
  store(seed);
  for (Operation *op : ops) {
    value = applyChain(k, op, seed, value, row, column);
    seed = op->getResult(0);
    store(seed);
  }
}

SmallVector<Operation *> elementwiseOps(GroupOp group) {
  SmallVector<Operation *> ops;
  for (Operation &op : group.getBody().front())
    if (isa<AddOp, ScaleOp, GeluOp, CastOp>(op))
      ops.push_back(&op);
  return ops;
}

/// Calls `body(column, lanes)` for all columns of a row: full vectors in a loop, then the tail.
static void forColumns(KernelBuilder &k, int64_t columns,
                       llvm::function_ref<void(Value, unsigned)> body) {
  unsigned lanes = k.target.lanes;
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
      forColumns(k, columns, [&](Value column, unsigned lanes) {
        Value value = k.load(k.base(last.getX()), k.add(source, column),
                             storedType(type.getElementType()), lanes);
        k.store(value, k.resultBase(0), k.add(k.mul(row, columns), column));
      });
    });
    return success();
  }
  SmallVector<Operation *> ops = elementwiseOps(group);
  Value seed = ops.front()->getOperand(0);
  auto type = cast<RankedTensorType>(seed.getType());
  Type result = cast<RankedTensorType>(group.getResult(0).getType()).getElementType();
  int64_t columns = type.getShape().back();
  auto [begin, end] = k.share(k.rows(type));
  k.loop(begin, end, 1, [&](Value row) {
    forColumns(k, columns, [&](Value column, unsigned lanes) {
      Value index = k.add(k.mul(row, columns), column);
      Value value = k.load(k.base(seed), index, type.getElementType(), lanes);
      storeF32As(k, result, applyChain(k, ops, seed, value, row, column), k.resultBase(0), index);
    });
  });
  return success();
}

} // namespace tenon
