// The kernel family of matrix products with packed weights: y = x W + bias, then the epilogue.
// Weights lie as panels [N/NR][K][NR], zero-padded in the last (Pack.cpp). A register tile of
// MR x NR accumulators runs over all of K in order, so an element's bits depend on neither M nor
// the place of its tile. Threads share the panels.
#include "Families.h"
#include "Product.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

namespace {
struct LinearKernel : Product {
  LinearKernel(GroupOp group, CpuKernelBuilder &k)
      : Product(group, k), panel(k.target.panelColumns()) {}

  void emit() {
    int64_t fullPanels = columns / panel;
    Value rows = k.rows(type);
    auto [begin, end] = k.share(k.index(llvm::divideCeil(columns, panel)));
    Value fullEnd = k.min(end, k.index(fullPanels));
    k.loop(begin, fullEnd, 1, [&](Value p) { emitPanel(p, rows, panel); });
    if (int64_t rest = columns % panel) {
      Value last = k.index(fullPanels);
      k.ifThen(k.less(last, end), [&] {
        k.ifThen(k.less(begin, k.index(fullPanels + 1)), [&] { emitPanel(last, rows, rest); });
      });
    }
  }

private:
  /// All rows of one panel: full tiles, then the remaining rows in powers of two.
  void emitPanel(Value p, Value rows, int64_t valid) {
    unsigned full = k.target.tileRows;
    Value done = k.mul(k.div(rows, full), full);
    k.loop(k.index(0), done, full, [&](Value row) { emitTile(p, row, full, valid); });
    for (unsigned count = llvm::bit_floor(full - 1); count >= 1; count /= 2) {
      Value rest = k.sub(rows, done);
      Value steps = k.div(rest, count);
      Value next = k.add(done, k.mul(steps, count));
      k.loop(done, next, count, [&](Value row) { emitTile(p, row, count, valid); });
      done = next;
    }
  }

  void emitTile(Value p, Value row, unsigned rows, int64_t valid) {
    unsigned lanes = k.target.lanes;
    unsigned vectors = llvm::divideCeil(valid, static_cast<int64_t>(lanes));
    Type f32 = k.b.getF32Type();
    SmallVector<Value> rowStart;
    for (unsigned i = 0; i < rows; ++i)
      rowStart.push_back(k.mul(k.add(row, i), depth));
    Value panelStart = k.mul(p, depth * panel);
    SmallVector<Value> zeros(rows * vectors, k.splat(0.0, lanes));
    auto sums =
        k.loop(k.index(0), k.index(depth), k.index(1), zeros, [&](Value d, ValueRange sums) {
          KernelBuilder::Values next(sums);
          Value start = k.add(panelStart, k.mul(d, panel));
          SmallVector<Value> weights;
          for (unsigned j = 0; j < vectors; ++j)
            weights.push_back(k.load(weight, k.add(start, j * lanes), f32, lanes));
          for (unsigned i = 0; i < rows; ++i) {
            Value a = k.broadcast(k.load(x, k.add(rowStart[i], d), f32), lanes);
            for (unsigned j = 0; j < vectors; ++j)
              next[i * vectors + j] = k.fma(a, weights[j], sums[i * vectors + j]);
          }
          return next;
        });
    for (unsigned i = 0; i < rows; ++i)
      for (unsigned j = 0; j < vectors; ++j) {
        Value column = k.add(k.mul(p, panel), j * lanes);
        int64_t left = valid - j * lanes;
        store(sums[i * vectors + j], k.add(row, i), column, left);
      }
  }

  /// Stores a vector of sums, or the first `left` of its lanes.
  void store(Value sum, Value row, Value column, int64_t left) {
    unsigned lanes = k.target.lanes;
    if (left >= lanes) {
      finish(sum, row, column);
      return;
    }
    for (Piece piece : tailPieces(left, lanes)) {
      Value part;
      if (piece.lanes == 1)
        part = vector::ExtractOp::create(k.b, k.loc, sum, piece.offset);
      else
        part = vector::ShuffleOp::create(
            k.b, k.loc, sum, sum,
            llvm::to_vector(llvm::seq<int64_t>(piece.offset, piece.offset + piece.lanes)));
      finish(part, row, k.add(column, piece.offset));
    }
  }

  int64_t panel; // NR
};
} // namespace

LogicalResult emitLinear(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<LinearOp>().begin();
  if (op.getTransposed())
    return emitDotLinear(group, k);
  LinearKernel(group, k).emit();
  return success();
}

} // namespace tenon
