// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of a table's gradient. By ids threads share the columns, so rows that occur
// twice need no care. Tokens are added in order: each to its row in memory or, where the gradient
// begins or tokens are as many as rows, row after row to a sum in registers, of the same bits. Then
// a row is written once, where the other way would zero all rows and read and write some for each
// token (GPT-2's table, 64 x 1024 tokens: 355 MB instead of 760). By positions threads share the
// rows, of which each is a sum over the batch.
#include "ColumnShare.h"
#include "Families.h"
#include "IdOrder.h"
#include "RowSums.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <optional>

using namespace mlir;

namespace tenon {

// Tokens between the prefetch of a row and its use.
static constexpr int64_t prefetchTokens = 12;

// Vectors at a time: of a token's row, and of sums over the tokens of a row.
static constexpr unsigned turnVectors = 4, rowVectors = 8;

// Tables of so many bytes and more go past the caches, which they would only empty.
static constexpr int64_t streamedBytes = 16 << 20;

namespace {
class TableGradient {
public:
  TableGradient(CpuKernelBuilder &k, EmbeddingBackwardOp op, AccumulateOp accumulate)
      : k(k), op(op), adds(k, accumulate), f32(k.b.getF32Type()) {
    auto table = cast<RankedTensorType>(op.getType());
    rows = table.getShape()[0];
    columns = table.getShape()[1];
    begins = negated(adds.keeps);
    dy = k.base(op.getDy());
    count = k.rows(cast<RankedTensorType>(op.getIds().getType()), 0);
    own = ColumnShare::of(k, columns);
    if (!op.getIds().getDefiningOp<PositionsOp>())
      order.emplace(k, k.base(op.getIds()), rows, count);
  }

  /// What has to be there before any share goes over rows.
  void emitBeforeIds() {
    k.ifThen(sorts(), [&] { k.ifThen(k.less(k.shareNumber, k.index(1)), [&] { order->sort(); }); });
  }

  void emitByIds() {
    k.ifThen(sorts(), [&] { emitRows(); });
    k.ifThen(negated(sorts()), [&] { emitTokens(); });
  }

  /// `sum` stands in front of the operation, or is null.
  void emitByPositions(SumLeadingOp sum) {
    auto dy = cast<RankedTensorType>(op.getDy().getType());
    Value time = k.size(dimNames(dy)[0]);
    Value outer = sum ? k.rows(cast<RankedTensorType>(sum.getX().getType()), 2) : k.index(1);
    emitRowSums(k, {k.base(sum ? sum.getX() : op.getDy()), outer, time, columns, adds.base, adds});
    // Rows of positions that the call does not have.
    k.ifThen(begins, [&] {
      auto [begin, end] = k.share(k.sub(k.index(rows), time));
      k.loop(begin, end, 1, [&](Value row) { clear(k.add(time, row)); });
    });
  }

private:
  /// Adds each token to its row, where that lies.
  void emitTokens() {
    Value last = k.sub(count, k.index(1));
    k.loop(k.index(0), count, 1, [&](Value token) {
      Value row = order->rowOf(token),
            ahead = order->rowOf(k.min(k.add(token, prefetchTokens), last));
      Value next = k.mul(k.min(ahead, k.index(rows - 1)), columns);
      Value from = k.mul(token, columns), to = k.mul(row, columns);
      // The host has refused ids that are in no row.
      k.ifThen(k.less(row, k.index(rows)), [&] {
        forRuns(k, own, turnVectors, [&](Value column, ArrayRef<Piece> pieces) {
          k.prefetchRun(adds.base, k.add(next, column), f32, extentOf(pieces));
          for (Piece piece : pieces) {
            Value within = k.add(column, piece.offset), at = k.add(to, within);
            Value term = k.load(dy, k.add(from, within), f32, piece.lanes);
            k.store(k.addf(k.load(adds.base, at, f32, piece.lanes), term), adds.base, at);
          }
        });
      });
    });
  }

  Value sorts() {
    Value isMany = k.less(k.index(rows - 1), count);
    return arith::OrIOp::create(k.b, k.loc, begins, isMany);
  }

  /// Sums up each row. Past the caches where the table is large.
  void emitRows() {
    bool streams = columns % ColumnShare::lineElements == 0 && rows * columns * 4 >= streamedBytes;
    Value last = k.sub(count, k.index(1));
    k.loop(k.index(0), k.index(rows), 1, [&](Value row) {
      Value from = order->begin(row), to = order->begin(k.add(row, 1)), start = k.mul(row, columns);
      // Rows of no token stay as they are, or begin with 0.
      k.ifThen(arith::OrIOp::create(k.b, k.loc, begins, k.less(from, to)), [&] {
        forRuns(k, own, rowVectors, [&](Value column, ArrayRef<Piece> pieces) {
          Value target = k.add(start, column);
          KernelBuilder::Values sums;
          for (Piece piece : pieces)
            sums.push_back(adds.begin(k, k.add(target, piece.offset), piece.lanes));
          sums = k.loop(from, to, k.index(1), sums, [&](Value i, ValueRange carried) {
            Value own = k.mul(order->token(i), columns);
            Value ahead = k.min(k.add(i, prefetchTokens), last);
            Value next = k.mul(order->token(ahead), columns);
            k.prefetchRun(dy, k.add(next, column), f32, extentOf(pieces));
            KernelBuilder::Values added;
            for (auto [piece, sum] : llvm::zip(pieces, carried)) {
              Value at = k.add(k.add(own, column), piece.offset);
              added.push_back(k.addf(sum, k.load(dy, at, f32, piece.lanes)));
            }
            return added;
          });
          for (auto [piece, sum] : llvm::zip(pieces, sums))
            k.store(sum, adds.base, k.add(target, piece.offset), streams);
        });
      });
    });
    if (streams)
      k.storeFence();
  }

  void clear(Value row) {
    Value start = k.mul(row, columns);
    forColumns(
        k, ColumnShare::whole(k, columns), [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          k.store(k.splat(0.0, lanes), adds.base, k.add(start, column));
        });
  }

  Value negated(Value flag) {
    Value yes = arith::ConstantOp::create(k.b, k.loc, k.b.getBoolAttr(true));
    return arith::XOrIOp::create(k.b, k.loc, flag, yes);
  }

  CpuKernelBuilder &k;
  EmbeddingBackwardOp op;
  Accumulation adds;
  Type f32;
  Value begins; // i1: the gradient begins anew
  int64_t rows, columns;
  Value dy, count;              // the tokens
  std::optional<IdOrder> order; // none by positions
  ColumnShare own;              // of this thread
};
} // namespace

int64_t embeddingBackwardScratch(EmbeddingBackwardOp op) {
  if (op.getIds().getDefiningOp<PositionsOp>())
    return 0;
  ModelOp model = enclosingModel(op);
  int64_t tokens = maxElements(model, cast<RankedTensorType>(op.getIds().getType()));
  return IdOrder::words(cast<RankedTensorType>(op.getType()).getShape()[0], tokens);
}

LogicalResult emitEmbeddingBackward(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<EmbeddingBackwardOp>().begin();
  AccumulateOp accumulate = accumulationOf(op.getResult());
  if (!accumulate)
    return op.emitError("the gradient of a table is added to a parameter's only; accumulate it");
  auto positions = op.getIds().getDefiningOp<PositionsOp>();
  if (positions && positions.getCached())
    return op.emitError("positions behind cached ones have no gradient; train without a cache");
  auto inStage = [&](llvm::function_ref<void(TableGradient &)> body) {
    k.stage([&] {
      TableGradient table(k, op, accumulate);
      body(table);
    });
  };
  if (positions) {
    inStage([&](TableGradient &table) {
      table.emitByPositions(op.getDy().getDefiningOp<SumLeadingOp>());
    });
    return success();
  }
  inStage([](TableGradient &table) { table.emitBeforeIds(); });
  inStage([](TableGradient &table) { table.emitByIds(); });
  return success();
}

} // namespace tenon
