// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of matrix products with packed weights: y = x W + bias, then the epilogue.
// Weights lie as panels [N/NR][K/KP][NR][KP], zero-padded at the end of N and K (Pack.cpp). A
// register tile of MR x NR accumulators runs over all of K in order, so an element's bits depend on
// neither M nor the place of its tile. Threads share the panels.
#include "Epilogue.h"
#include "Families.h"
#include "Gemm.h"
#include "Product.h"
#include "kernel/Bf16.h"
#include "memory/Pack.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

// Rows of x go in blocks where x is larger than this; else each panel would read all of it again
// from memory.
static constexpr int64_t wholeBytes = 4 << 20;
// Bytes of a block, and how many rows at least make up for reading the panels again for each block:
// where a second-level cache cannot hold those, x is not cut.
static constexpr int64_t blockBytes = 384 << 10, leastRows = 128, cacheBytes = 1 << 20;

namespace {
struct LinearKernel : Product {
  LinearKernel(GroupOp group, CpuKernelBuilder &k)
      : Product(group, k), panel(k.target.panelColumns()),
        epilogue(k, chain, columns,
                 [this](Value value, Value row, Value column) { finish(value, row, column); }) {}

  void emit() {
    Value rows = Product::rows();
    int64_t rowBytes = depth * (bf16 ? 2 : 4), tile = k.target.rowsOfTile(bf16);
    int64_t block = std::max(blockBytes / rowBytes, leastRows) / tile * tile;
    if (block * rowBytes > cacheBytes)
      return emitRows(k.index(0), rows);
    Value isSmall = k.less(rows, k.index(wholeBytes / rowBytes + 1));
    Value step = arith::SelectOp::create(k.b, k.loc, isSmall, rows, k.index(block));
    k.loop(k.index(0), rows, step, {}, [&](Value first, ValueRange) {
      emitRows(first, k.min(k.add(first, step), rows));
      return KernelBuilder::Values();
    });
  }

private:
  /// Rows [first, last) of all of this thread's panels.
  void emitRows(Value first, Value last) {
    int64_t fullPanels = columns / panel;
    auto [begin, end] = k.share(k.index(llvm::divideCeil(columns, panel)));
    Value fullEnd = k.min(end, k.index(fullPanels));
    k.loop(begin, fullEnd, 1, [&](Value p) { emitPanel(p, first, last, panel); });
    if (int64_t rest = columns % panel) {
      Value lastPanel = k.index(fullPanels);
      k.ifThen(k.less(lastPanel, end), [&] {
        k.ifThen(k.less(begin, k.index(fullPanels + 1)),
                 [&] { emitPanel(lastPanel, first, last, rest); });
      });
    }
  }

  /// Rows of one panel: full tiles, then the remaining rows in powers of two.
  void emitPanel(Value p, Value first, Value last, int64_t valid) {
    unsigned full = k.target.rowsOfTile(bf16);
    Value done = k.add(first, k.mul(k.div(k.sub(last, first), full), full));
    k.loop(first, done, full, [&](Value row) { emitTile(p, row, full, valid); });
    for (unsigned count = llvm::bit_floor(full - 1); count >= 1; count /= 2) {
      Value rest = k.sub(last, done);
      Value steps = k.div(rest, count);
      Value next = k.add(done, k.mul(steps, count));
      k.loop(done, next, count, [&](Value row) { emitTile(p, row, count, valid); });
      done = next;
    }
  }

  void emitTile(Value p, Value row, unsigned rows, int64_t valid) {
    unsigned lanes = k.target.lanes;
    unsigned vectors = llvm::divideCeil(valid, static_cast<int64_t>(lanes));
    SmallVector<Value> rowStart;
    for (unsigned i = 0; i < rows; ++i)
      rowStart.push_back(k.mul(k.add(row, i), depth));
    Value panelStart = k.mul(p, llvm::divideCeil(depth, group()) * panel);
    /// All products of `group()` rows of the panel; of x, `valid` elements are read for them.
    auto step = [&](Value d, int64_t valid, ValueRange sums) {
      KernelBuilder::Values next(sums);
      Value start = k.add(panelStart, k.mul(d, panel));
      SmallVector<Value> weights;
      for (unsigned j = 0; j < vectors; ++j)
        weights.push_back(k.load(weight, k.add(start, j * lanes), lane(), lanes));
      // Halves outside, so that only one half of the weights need be in registers.
      for (unsigned half = 0; half < parts(); ++half)
        for (unsigned i = 0; i < rows; ++i) {
          Value from = k.add(rowStart[i], group() == 1 ? d : k.mul(d, group()));
          Value loaded = bf16 ? loadPairs(k, x, from, 1, valid) : k.load(x, from, lane());
          Value a = part(k.broadcast(loaded, lanes), half);
          for (unsigned j = 0; j < vectors; ++j)
            next[i * vectors + j] = multiply(a, part(weights[j], half), next[i * vectors + j]);
        }
      return next;
    };
    KernelBuilder::Values sums(rows * vectors, k.splat(0.0, lanes));
    int64_t whole = depth / group();
    sums = k.loop(k.index(0), k.index(whole), k.index(1), sums,
                  [&](Value d, ValueRange sums) { return step(d, group(), sums); });
    if (int64_t rest = depth % group())
      sums = step(k.index(whole), rest, sums);
    epilogue.emit(sums, rows, row, /*end=*/{}, k.mul(p, panel), valid);
  }

  int64_t panel; // NR
  Epilogue epilogue;
};
} // namespace

LogicalResult emitLinear(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<LinearOp>().begin();
  if (op.getNarrow())
    return emitNarrowLinear(group, k);
  k.stage([&] { op.getTransposed() ? emitDotLinear(group, k) : LinearKernel(group, k).emit(); });
  return success();
}

} // namespace tenon
