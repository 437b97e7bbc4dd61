// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel families of the gradients of products with gathered weights (D, N, K). Of x: each row
// with its part, threads share the columns K. Of the weight: each part is the sum of its rows in
// order, threads share the rows N of all parts; so bits depend on neither threads nor tiles.
#include "Families.h"
#include "Gathered.h"
#include "Gemm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

#include <optional>

using namespace mlir;

namespace tenon {

// Rows of a tile, halved for what is left over; and vectors of columns. Each of the sums takes a
// register, as do the vectors.
static constexpr unsigned tileRows = 4, tileVectors = 2;

namespace {
/// Calls `tile(rows, column, valid)` for all columns, up to a tile's at a time; `begin` and `end`
/// are in tiles.
void forTiles(CpuKernelBuilder &k, Value begin, Value end, int64_t columns,
              llvm::function_ref<void(Value column, int64_t valid)> tile) {
  int64_t width = tileVectors * k.target.lanes, full = columns / width;
  k.loop(begin, k.min(end, k.index(full)), 1,
         [&](Value number) { tile(k.mul(number, width), width); });
  if (int64_t rest = columns % width)
    k.ifThen(k.less(k.index(full), end), [&] {
      k.ifThen(k.less(begin, k.index(full + 1)), [&] { tile(k.index(full * width), rest); });
    });
}

/// How many of the lanes of vector number j lie within `valid` columns.
int64_t validLanes(CpuKernelBuilder &k, unsigned j, int64_t valid) {
  return std::clamp<int64_t>(valid - j * int64_t(k.target.lanes), 0, k.target.lanes);
}

Value loadVector(CpuKernelBuilder &k, Value base, Value index, unsigned j, int64_t valid) {
  int64_t lanes = validLanes(k, j, valid);
  if (lanes == 0)
    return k.splat(0.0, k.target.lanes);
  return loadPadded(k, base, k.add(index, j * int64_t(k.target.lanes)), lanes);
}

void storeVector(CpuKernelBuilder &k, Value vector, Value base, Value index, unsigned j,
                 int64_t valid) {
  forValidLanes(k, vector, validLanes(k, j, valid), [&](Value part, int64_t offset) {
    k.store(part, base, k.add(index, j * int64_t(k.target.lanes) + offset));
  });
}

class InputGradient {
public:
  InputGradient(GroupOp group, CpuKernelBuilder &k)
      : k(k), op(*group.getBody().front().getOps<GatheredLinearBackwardOp>().begin()),
        gathered(k, op.getIds(), op.getShape()) {}

  void emit() {
    gathered.sort();
    k.stage([&] {
      int64_t width = tileVectors * k.target.lanes, depth = gathered.shape.depth;
      auto [begin, end] = k.share(k.index(llvm::divideCeil(depth, width)));
      gathered.forParts([&, begin = begin, end = end](Value part, Value from, Value to) {
        forTiles(k, begin, end, depth,
                 [&](Value column, int64_t valid) { emitRows(part, from, to, column, valid); });
      });
    });
  }

private:
  void emitRows(Value part, Value from, Value to, Value column, int64_t valid) {
    Value place = from;
    for (unsigned rows = tileRows; rows >= 1; rows /= 2) {
      Value done = k.add(place, k.mul(k.div(k.sub(to, place), rows), rows));
      k.loop(place, done, rows, [&](Value at) { emitTile(part, at, rows, column, valid); });
      place = done;
    }
  }

  void emitTile(Value part, Value place, unsigned rows, Value column, int64_t valid) {
    int64_t columns = gathered.shape.columns, depth = gathered.shape.depth;
    Value dy = k.base(op.getDy()), weight = k.base(op.getWeight());
    Value start = k.add(gathered.startOf(part), column);
    SmallVector<Value> numbers;
    for (unsigned i = 0; i < rows; ++i)
      numbers.push_back(gathered.order.token(k.add(place, i)));
    KernelBuilder::Values sums(rows * tileVectors, k.splat(0.0, k.target.lanes));
    sums = gemmTile(
        k, rows, tileVectors, k.index(0), k.index(columns), sums,
        [&](unsigned i, Value n) {
          return k.load(dy, k.add(k.mul(numbers[i], columns), n), k.b.getF32Type());
        },
        [&](unsigned j, Value n) {
          return loadVector(k, weight, k.add(start, k.mul(n, depth)), j, valid);
        });
    for (unsigned i = 0; i < rows; ++i)
      for (unsigned j = 0; j < tileVectors; ++j)
        storeVector(k, sums[i * tileVectors + j], k.resultBase(0),
                    k.add(k.mul(numbers[i], depth), column), j, valid);
  }

  CpuKernelBuilder &k;
  GatheredLinearBackwardOp op;
  GatheredRows gathered;
};

class WeightGradient {
public:
  WeightGradient(GatheredLinearBackwardWeightOp op, AccumulateOp accumulate, CpuKernelBuilder &k)
      : k(k), op(op), accumulate(accumulate), gathered(k, op.getIds(), op.getShape()) {}

  void emit() {
    gathered.sort();
    k.stage([&] {
      adds.emplace(k, accumulate);
      Value yes = arith::ConstantOp::create(k.b, k.loc, k.b.getBoolAttr(true));
      Value begins = arith::XOrIOp::create(k.b, k.loc, adds->keeps, yes);
      int64_t columns = gathered.shape.columns, tiles = llvm::divideCeil(columns, tileRows);
      auto [begin, end] = k.share(k.index(gathered.shape.parts * tiles));
      k.loop(begin, end, 1, [&](Value number) {
        Value part = k.div(number, tiles), n = k.mul(k.rem(number, k.index(tiles)), tileRows);
        Value from = gathered.order.begin(part), to = gathered.order.begin(k.add(part, 1));
        // A part of no row stays as it is, or begins with 0.
        k.ifThen(arith::OrIOp::create(k.b, k.loc, begins, k.less(from, to)), [&] {
          auto rows = [&](unsigned count) {
            int64_t depth = gathered.shape.depth, width = tileVectors * k.target.lanes;
            forTiles(k, k.index(0), k.index(llvm::divideCeil(depth, width)), depth,
                     [&](Value column, int64_t valid) {
                       emitTile(part, from, to, n, count, column, valid);
                     });
          };
          unsigned rest = columns % tileRows;
          if (rest == 0)
            return rows(tileRows);
          Value isWhole = k.less(k.add(n, tileRows - 1), k.index(columns));
          k.ifElse(isWhole, [&] { rows(tileRows); }, [&] { rows(rest); });
        });
      });
    });
  }

private:
  /// Rows n, n + 1, ... of a part.
  void emitTile(Value part, Value from, Value to, Value n, unsigned rows, Value column,
                int64_t valid) {
    int64_t columns = gathered.shape.columns, depth = gathered.shape.depth;
    Value x = k.base(op.getX()), dy = k.base(op.getDy());
    Value start = k.add(gathered.startOf(part), column);
    auto target = [&](unsigned i) { return k.add(start, k.mul(k.add(n, i), depth)); };
    KernelBuilder::Values sums =
        beginSums(k, rows * tileVectors, adds->keeps, [&](unsigned number) {
          return loadVector(k, adds->base, target(number / tileVectors), number % tileVectors,
                            valid);
        });
    sums = gemmTile(
        k, rows, tileVectors, from, to, sums,
        [&](unsigned i, Value place) {
          Value row = k.mul(gathered.order.token(place), columns);
          return k.load(dy, k.add(row, k.add(n, i)), k.b.getF32Type());
        },
        [&](unsigned j, Value place) {
          Value row = gathered.startOfX(gathered.order.token(place));
          return loadVector(k, x, k.add(row, column), j, valid);
        });
    for (unsigned i = 0; i < rows; ++i)
      for (unsigned j = 0; j < tileVectors; ++j)
        storeVector(k, sums[i * tileVectors + j], adds->base, target(i), j, valid);
  }

  CpuKernelBuilder &k;
  GatheredLinearBackwardWeightOp op;
  AccumulateOp accumulate;
  GatheredRows gathered;
  std::optional<Accumulation> adds;
};
} // namespace

void emitGatheredLinearBackward(GroupOp group, CpuKernelBuilder &k) {
  InputGradient(group, k).emit();
}

LogicalResult emitGatheredWeightGradient(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<GatheredLinearBackwardWeightOp>().begin();
  AccumulateOp accumulate = accumulationOf(op.getResult());
  if (!accumulate)
    return op.emitError("the gradient of a gathered weight is added to a parameter's only; "
                        "accumulate it");
  WeightGradient(op, accumulate, k).emit();
  return success();
}

int64_t gatheredScratch(Operation *op) {
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case<GatheredLinearOp, GatheredLinearBackwardOp, GatheredLinearBackwardWeightOp>(
          [](auto op) { return GatheredRows::scratch(op.getIds(), op.getShape()); })
      .Default(int64_t(0));
}

} // namespace tenon
