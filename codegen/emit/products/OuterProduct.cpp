// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients of matrices: sums over rows of products of two row-major factors; see Gemm.h.
#include "Gemm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace tenon {

// Rows that are summed before the gradient is written: 64 columns of so many are 128 KB. And tiles
// of a's columns that a thread keeps in its memory: 96 KB with 6 rows a tile.
static constexpr int64_t blockRows = 512;
static constexpr unsigned blockTiles = 8;

/// Floats of b's panels in one block: every target's panels have at most 64 columns.
static int64_t halfElements(int64_t columns) { return blockRows * (columns + 64); }

int64_t outerProductScratch(int64_t rows, int64_t columns) {
  return rows <= blockRows ? rows * (columns + 64) : 2 * halfElements(columns);
}

static Value either(KernelBuilder &k, Value x, Value y) {
  return arith::OrIOp::create(k.b, k.loc, x, y);
}

namespace {
class OuterProductEmitter : OuterProduct {
public:
  explicit OuterProductEmitter(const OuterProduct &product)
      : OuterProduct(product), k(*product.k) {}
  void emit(Value rows);

private:
  /// Rows that are summed together, and where b's panels lie in the scratch memory meanwhile.
  struct Block {
    Value first, count, panels;
  };
  void pack(const Block &block);
  void multiply(const Block &block);
  void prefetchRows(Value from, int64_t stride, Value column, int64_t count, Value first, Value m);
  SmallVector<Value> loadRows(Value m, Value count, llvm::function_ref<Value(Value)> load);
  void packPanel(const Block &block, Value p, int64_t valid);
  void emitRowTiles(const Block &block, Value firstTile, Value tiles, Value keeps);
  void emitTile(const Block &block, Value firstTile, Value tile, Value p, int64_t valid,
                Value keeps);

  unsigned tileRows() const { return k.target.rowsOfTile(narrow); }
  /// Rows of a block, or pairs of them; and one such of f32 as it is laid out.
  Value depthOf(Value count) { return narrow ? k.div(k.add(count, 1), 2) : count; }
  Value packed(ArrayRef<Value> rows) { return narrow ? toPairs(k, rows[0], rows[1]) : rows[0]; }
  Type lane() { return narrow ? Type(k.b.getI32Type()) : k.b.getF32Type(); }

  CpuKernelBuilder &k;
  Value rowBlock;
  // As they were made for the stage at hand.
  std::optional<Accumulation> target, bias;
};
} // namespace

// While a block is computed the next one is laid out in the other half of the scratch memory, so
// that threads meet once a block.
void OuterProductEmitter::emit(Value rows) {
  rowBlock = k.own(blockRows * blockTiles * tileRows(), lane());
  auto blockAt = [&](Value first) {
    Value count = k.min(k.index(blockRows), k.sub(rows, first));
    Value half = k.rem(k.div(first, blockRows), k.index(2));
    return Block{first, count, k.add(k.mul(half, halfElements(columns)), scratchOffset)};
  };
  k.stage([&] { pack(blockAt(k.index(0))); });
  k.loop(k.index(0), rows, blockRows, [&](Value first) {
    k.stage([&] {
      Value next = k.add(first, blockRows);
      k.ifThen(k.less(next, rows), [&] { pack(blockAt(next)); });
      multiply(blockAt(first));
    });
  });
}

void OuterProductEmitter::pack(const Block &block) {
  if (columnSums) {
    // The first block begins the bias's gradient as its own accumulate says, later ones add.
    Accumulation own = columnSums();
    bias = Accumulation(own.base, either(k, own.keeps, k.less(k.index(0), block.first)));
  }
  int64_t panel = k.target.panelColumns(), full = columns / panel, rest = columns % panel;
  auto [begin, end] = k.share(k.index(llvm::divideCeil(columns, panel)));
  k.loop(begin, k.min(end, k.index(full)), 1, [&](Value p) { packPanel(block, p, panel); });
  if (rest) {
    Value from = begin, to = end;
    k.ifThen(k.less(k.index(full), to), [&] {
      k.ifThen(k.less(from, k.index(full + 1)), [&] { packPanel(block, k.index(full), rest); });
    });
  }
}

void OuterProductEmitter::multiply(const Block &block) {
  target = gradient();
  Value keeps = either(k, target->keeps, k.less(k.index(0), block.first));
  auto [begin, end] = k.share(k.index(llvm::divideCeil(rowsOut, static_cast<int64_t>(tileRows()))));
  Value stop = end;
  k.loop(begin, stop, blockTiles, [&](Value tile) {
    emitRowTiles(block, tile, k.min(k.index(blockTiles), k.sub(stop, tile)), keeps);
  });
}

/// Row `m` of pairs of rows is rows 2m and 2m + 1; past the last row there is zero.
SmallVector<Value> OuterProductEmitter::loadRows(Value m, Value count,
                                                 llvm::function_ref<Value(Value)> load) {
  if (!narrow)
    return {load(m)};
  Value even = k.mul(m, 2), odd = k.add(even, 1);
  Value low = load(even), high = load(k.min(odd, k.sub(count, k.index(1))));
  Value inside = k.less(odd, count), zero = k.splat(0.0, lanesOf(high));
  return {low, arith::SelectOp::create(k.b, k.loc, inside, high, zero)};
}

/// Rows m (of pairs: 2m and 2m + 1), a few further on: their pieces lie too far apart for the
/// hardware to foresee.
void OuterProductEmitter::prefetchRows(Value from, int64_t stride, Value column, int64_t count,
                                       Value first, Value m) {
  int64_t together = narrow ? 2 : 1;
  for (int64_t i = 0; i < together; ++i) {
    Value row = k.add(k.add(first, k.mul(m, together)), rowsAhead + i);
    k.prefetchRun(from, k.add(k.mul(row, stride), column), k.b.getF32Type(), count);
  }
}

/// Copies a panel's columns of b, and sums them where that is a bias's gradient.
void OuterProductEmitter::packPanel(const Block &block, Value p, int64_t valid) {
  Value first = block.first, count = block.count;
  int64_t lanes = k.target.lanes, panel = k.target.panelColumns();
  unsigned vectors = llvm::divideCeil(valid, lanes);
  Value column = k.mul(p, panel), zero = k.splat(0.0, lanes);
  Value to = k.add(k.mul(k.mul(p, depthOf(count)), panel), block.panels);
  unsigned summed = bias ? vectors : 0;
  KernelBuilder::Values sums(summed, zero);
  sums = k.loop(k.index(0), depthOf(count), k.index(1), sums, [&](Value m, ValueRange carried) {
    KernelBuilder::Values next(carried);
    prefetchRows(b, columns, column, panel, first, m);
    Value place = k.add(to, k.mul(m, panel));
    for (int64_t j = 0; j * lanes < panel; ++j) {
      SmallVector<Value> x(narrow ? 2 : 1, zero);
      if (j < vectors)
        x = loadRows(m, count, [&](Value row) {
          Value from = k.add(k.mul(k.add(first, row), columns), column);
          return loadPadded(k, b, k.add(from, j * lanes), valid - j * lanes);
        });
      k.store(packed(x), k.scratch, k.add(place, j * lanes));
      for (Value part : x)
        if (j < summed)
          next[j] = k.addf(next[j], part);
    }
    return next;
  });
  if (!bias)
    return;
  for (unsigned j = 0; j < vectors; ++j)
    forValidLanes(k, sums[j], valid - j * lanes, [&](Value part, int64_t offset) {
      Value place = k.add(column, j * lanes + offset);
      Value old = bias->begin(k, place, lanesOf(part));
      k.store(k.addf(old, part), bias->base, place);
    });
}

/// Copies the columns of a that belong to some tiles, then goes over all panels of b.
void OuterProductEmitter::emitRowTiles(const Block &block, Value firstTile, Value tiles,
                                       Value keeps) {
  Value first = block.first, count = block.count;
  int64_t lanes = k.target.lanes, tile = tileRows(), width = blockTiles * tile;
  assert(width % lanes == 0 && "tiles of a block fill whole vectors");
  Value column = k.mul(firstTile, tile);
  Value inside = k.less(k.add(column, width), k.index(rowsOut + 1));
  Value all = k.index(width);
  Value some = k.min(k.mul(tiles, tile), k.sub(k.index(rowsOut), column));
  auto choice = scf::IfOp::create(k.b, k.loc, inside, /*withElseRegion=*/true);
  auto copy = [&](mlir::Block *body, int64_t step, Value end) {
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPointToStart(body);
    k.loop(k.index(0), depthOf(count), 1, [&](Value m) {
      prefetchRows(a, rowsOut, column, width, first, m);
      k.loop(k.index(0), end, step, [&](Value c) {
        SmallVector<Value> x = loadRows(m, count, [&](Value row) {
          Value from = k.add(k.add(k.mul(k.add(first, row), rowsOut), column), c);
          return k.load(a, from, k.b.getF32Type(), step);
        });
        k.store(packed(x), rowBlock, k.add(k.mul(m, width), c));
      });
    });
  };
  copy(choice.thenBlock(), lanes, all);
  copy(choice.elseBlock(), 1, some);

  int64_t panel = k.target.panelColumns(), full = columns / panel, rest = columns % panel;
  auto overTiles = [&](Value p, int64_t valid) {
    k.loop(k.index(0), tiles, 1, [&](Value t) { emitTile(block, firstTile, t, p, valid, keeps); });
  };
  k.loop(k.index(0), k.index(full), 1, [&](Value p) { overTiles(p, panel); });
  if (rest)
    overTiles(k.index(full), rest);
}

void OuterProductEmitter::emitTile(const Block &block, Value firstTile, Value tile, Value p,
                                   int64_t valid, Value keeps) {
  unsigned lanes = k.target.lanes, rows = tileRows();
  int64_t panel = k.target.panelColumns(), width = blockTiles * rows;
  // Panels hold whole vectors, padding included; rows end where they end.
  int64_t stored = panels ? panel : valid;
  unsigned vectors = llvm::divideCeil(stored, static_cast<int64_t>(lanes));
  Value row = k.mul(k.add(firstTile, tile), rows), last = k.index(rowsOut - 1);
  auto place = [&](unsigned i, unsigned j) {
    Value own = k.min(k.add(row, i), last);
    Value start = panels ? k.mul(k.add(k.mul(p, rowsOut), own), panel)
                         : k.add(k.mul(own, columns), k.mul(p, panel));
    return k.add(start, j * lanes);
  };
  auto left = [&](unsigned j) { return stored - static_cast<int64_t>(j * lanes); };
  KernelBuilder::Values sums = beginSums(k, rows * vectors, keeps, [&](unsigned n) {
    unsigned i = n / vectors, j = n % vectors;
    return loadPadded(k, target->base, place(i, j), left(j));
  });
  Value from = k.mul(tile, rows);
  Value depth = depthOf(block.count);
  Value panelStart = k.add(k.mul(k.mul(p, depth), panel), block.panels);
  sums = gemmTile(
      k, rows, vectors, k.index(0), depth, sums,
      [&](unsigned i, Value m) {
        return k.load(rowBlock, k.add(k.add(k.mul(m, width), from), i), lane());
      },
      [&](unsigned j, Value m) {
        return k.load(k.scratch, k.add(panelStart, k.add(k.mul(m, panel), j * lanes)), lane(),
                      lanes);
      });
  for (unsigned i = 0; i < rows; ++i)
    k.ifThen(k.less(k.add(row, i), k.index(rowsOut)), [&] {
      for (unsigned j = 0; j < vectors; ++j)
        forValidLanes(k, sums[i * vectors + j], left(j), [&](Value part, int64_t offset) {
          k.store(part, target->base, k.add(place(i, j), offset));
        });
    });
}

void emitOuterProduct(const OuterProduct &product, Value rows) {
  OwnScope scope(*product.k);
  OuterProductEmitter(product).emit(rows);
}

} // namespace tenon
