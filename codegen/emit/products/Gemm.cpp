// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The register tile, and products whose second factor goes through panels; see Gemm.h.
#include "Gemm.h"
#include "kernel/Bf16.h"
#include "kernel/Transpose.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace tenon {

Value multiplyAdd(KernelBuilder &k, Value x, Value y, Value sums) {
  if (getElementTypeOrSelf(x.getType()).isF32())
    return k.fma(x, y, sums);
  // The dot is of whole vectors; pieces of one are multiplied half by half.
  if (!k.target.widensPairs() && lanesOf(x) == k.target.lanes)
    return dotPairs(k, x, y, sums);
  for (unsigned half : {0, 1})
    sums = k.fma(halfOfPairs(k, x, half), halfOfPairs(k, y, half), sums);
  return sums;
}

Value toPairs(KernelBuilder &k, Value even, Value odd) {
  Type type = k.vectorType(k.b.getI32Type(), lanesOf(even));
  Value low = arith::ExtUIOp::create(k.b, k.loc, type, narrowToBf16(k, even));
  Value high = arith::ExtUIOp::create(k.b, k.loc, type, narrowToBf16(k, odd));
  return joinPairs(k, low, high);
}

KernelBuilder::Values gemmTile(KernelBuilder &k, unsigned rows, unsigned vectors, Value begin,
                               Value end, ValueRange sums,
                               llvm::function_ref<Value(unsigned, Value)> a,
                               llvm::function_ref<Value(unsigned, Value)> b) {
  return k.loop(begin, end, k.index(1), sums, [&](Value d, ValueRange carried) {
    KernelBuilder::Values next(carried);
    SmallVector<Value> row;
    for (unsigned j = 0; j < vectors; ++j)
      row.push_back(b(j, d));
    auto overTile = [&](llvm::function_ref<Value(Value, Value, Value)> multiply) {
      for (unsigned i = 0; i < rows; ++i) {
        Value x = k.broadcast(a(i, d), lanesOf(row.front()));
        for (unsigned j = 0; j < vectors; ++j)
          next[i * vectors + j] = multiply(x, row[j], next[i * vectors + j]);
      }
    };
    bool widens = !getElementTypeOrSelf(row[0].getType()).isF32() && k.target.widensPairs();
    if (!widens)
      overTile([&](Value x, Value y, Value sum) { return multiplyAdd(k, x, y, sum); });
    // One half of everything after the other, so that only one need be in registers.
    for (unsigned half = 0; widens && half < 2; ++half)
      overTile([&](Value x, Value y, Value sum) {
        return k.fma(halfOfPairs(k, x, half), halfOfPairs(k, y, half), sum);
      });
    return next;
  });
}

void forValidLanes(KernelBuilder &k, Value vector, int64_t left,
                   llvm::function_ref<void(Value, int64_t)> body) {
  unsigned lanes = lanesOf(vector);
  if (left >= lanes)
    return body(vector, 0);
  for (Piece piece : tailPieces(left, lanes))
    body(takePiece(k, vector, piece), piece.offset);
}

Value loadPadded(KernelBuilder &k, Value base, Value index, int64_t valid, unsigned lanes) {
  Type f32 = k.b.getF32Type();
  if (valid >= lanes)
    return k.load(base, index, f32, lanes);
  Value padded = k.splat(0.0, lanes);
  for (Piece piece : tailPieces(valid, lanes))
    padded = insertPiece(k, k.load(base, k.add(index, piece.offset), f32, piece.lanes), padded,
                         piece.offset);
  return padded;
}

/// What the sums of a tile begin with: zeros, or where `continues` what `load` reads.
KernelBuilder::Values beginSums(KernelBuilder &k, unsigned count, Value continues,
                                llvm::function_ref<Value(unsigned)> load) {
  SmallVector<Type> types(count, k.vectorType(k.b.getF32Type(), k.target.lanes));
  auto choice = scf::IfOp::create(k.b, k.loc, types, continues, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  SmallVector<Value> values;
  k.b.setInsertionPointToStart(choice.thenBlock());
  for (unsigned i = 0; i < count; ++i)
    values.push_back(load(i));
  scf::YieldOp::create(k.b, k.loc, values);
  k.b.setInsertionPointToStart(choice.elseBlock());
  values.assign(count, k.splat(0.0, k.target.lanes));
  scf::YieldOp::create(k.b, k.loc, values);
  return KernelBuilder::Values(choice.getResults());
}

// Floats (or pairs) of a panel's part in one block of depth, in each thread's memory: 256 KB, a
// quarter of a second-level cache.
static constexpr int64_t panelElements = 1 << 16;

// Rows of a at a time, whole tiles of every target, where a second-level cache holds them: so many
// that laying out each panel anew for every block costs little. L6 C384, 64 x 256 tokens, 2
// threads: depth 384 takes 6 to 11 % less time; depths of 1152 and 1536, whose blocks do not fit,
// would take 1 to 2 % more.
static constexpr int64_t rowBlock = 528, cacheBytes = 1 << 20;

namespace {
class PanelProductEmitter : PanelProduct {
public:
  PanelProductEmitter(const PanelProduct &product, Value rows)
      : PanelProduct(product), k(*product.k), rows(rows), epilogue(k, chain, columns, finish) {}
  void emit();

private:
  /// A block of depth: where it begins, how long it is, whether sums go on from an earlier one
  /// (i1), and whether they end here.
  struct Block {
    Value begin;
    int64_t length;
    Value continues;
    bool last;
  };
  void emitRows(Value first, Value last);
  void emitBlock(const Block &block);
  void emitPanel(const Block &block, Value p, int64_t valid);
  void fill(const Block &block, Value p, int64_t valid);
  void emitTile(const Block &block, Value p, Value row, int64_t valid);

  void narrowRows();
  /// Whether the product reads B where it lies.
  bool isDirect() const { return form == Form::Panels && !narrow; }
  int64_t group() const { return narrow ? 2 : 1; } // rows of depth side by side
  unsigned tileRows() const { return k.target.rowsOfTile(/*pairs=*/static_cast<bool>(narrow)); }
  /// Rows of depth at a time: whole panels, for PanelsTransposed; and an even number.
  int64_t mostDepth() const {
    int64_t panel = k.target.panelColumns();
    return isDirect() ? depth : panelElements * group() / panel / (2 * panel) * (2 * panel);
  }

  CpuKernelBuilder &k;
  Value rows, panelMemory;
  Value rowBegin, rowEnd; // of the block at hand
  Epilogue epilogue;
};
} // namespace

void PanelProductEmitter::emit() {
  int64_t panel = k.target.panelColumns(), most = mostDepth();
  Type lane = narrow ? Type(k.b.getI32Type()) : k.b.getF32Type();
  if (!isDirect())
    panelMemory =
        k.own(panel * llvm::divideCeil(llvm::alignTo(std::min(most, depth), panel), group()), lane);
  if (narrow)
    k.stage([&] { narrowRows(); });
  k.stage([&] {
    if (rowBlock * depth * (narrow ? 2 : 4) > cacheBytes)
      return emitRows(k.index(0), rows);
    k.loop(k.index(0), rows, rowBlock,
           [&](Value first) { emitRows(first, k.min(k.add(first, rowBlock), rows)); });
  });
}

void PanelProductEmitter::emitRows(Value first, Value last) {
  rowBegin = first, rowEnd = last;
  auto flag = [&](bool value) -> Value {
    return arith::ConstantOp::create(k.b, k.loc, k.b.getBoolAttr(value));
  };
  int64_t most = mostDepth(), lastBegin = (depth - 1) / most * most;
  if (lastBegin > 0)
    k.loop(k.index(0), k.index(lastBegin), most, [&](Value begin) {
      emitBlock({begin, most, k.less(k.index(0), begin), /*last=*/false});
    });
  emitBlock({k.index(lastBegin), depth - lastBegin, flag(lastBegin > 0), /*last=*/true});
}

void PanelProductEmitter::emitBlock(const Block &block) {
  int64_t panel = k.target.panelColumns(), full = columns / panel;
  auto [begin, end] = k.share(k.index(llvm::divideCeil(columns, panel)));
  k.loop(begin, k.min(end, k.index(full)), 1, [&](Value p) { emitPanel(block, p, panel); });
  if (int64_t rest = columns % panel) {
    Value last = k.index(full), from = begin, to = end;
    k.ifThen(k.less(last, to), [&] {
      k.ifThen(k.less(from, k.index(full + 1)), [&] { emitPanel(block, last, rest); });
    });
  }
}

void PanelProductEmitter::emitPanel(const Block &block, Value p, int64_t valid) {
  if (!isDirect())
    fill(block, p, valid);
  k.loop(rowBegin, rowEnd, tileRows(), [&](Value row) { emitTile(block, p, row, valid); });
}

/// Lays a out as bf16: each share some rows.
void PanelProductEmitter::narrowRows() {
  int64_t stride = 2 * pairsOf(depth);
  auto [begin, end] = k.share(rows);
  k.loop(begin, end, 1, [&](Value row) {
    Value from = k.mul(k.add(firstRow, row), depth), to = k.mul(row, stride);
    auto copy = [&](Value d, unsigned lanes) {
      Value x = k.load(a, k.add(from, d), k.b.getF32Type(), lanes);
      k.store(narrowToBf16(k, x), narrow, k.add(to, d));
    };
    int64_t lanes = k.target.lanes, whole = depth / lanes * lanes;
    k.loop(k.index(0), k.index(whole), lanes, [&](Value d) { copy(d, lanes); });
    for (Piece piece : tailPieces(depth, lanes))
      copy(k.index(piece.offset), piece.lanes);
    if (depth < stride)
      k.store(narrowToBf16(k, k.splat(0.0, 1)), narrow, k.add(to, depth));
  });
}

void PanelProductEmitter::fill(const Block &block, Value p, int64_t valid) {
  int64_t lanes = k.target.lanes, panel = k.target.panelColumns();
  Value column = k.mul(p, panel);
  /// Stores neighbouring rows of depth, from row d of the block on.
  auto put = [&](ArrayRef<Value> neighbours, Value d, int64_t j) {
    for (size_t t = 0; t < neighbours.size(); t += group()) {
      Value row = narrow ? k.div(k.add(d, t), 2) : k.add(d, t);
      Value odd = t + 1 < neighbours.size() ? neighbours[t + 1] : k.splat(0.0, lanes);
      k.store(narrow ? toPairs(k, neighbours[t], odd) : neighbours[t], panelMemory,
              k.add(k.mul(row, panel), j));
    }
  };
  auto copy = [&](Value d, int64_t count) {
    for (int64_t j = 0; j < valid; j += lanes) {
      SmallVector<Value> read;
      for (int64_t t = 0; t < count; ++t) {
        Value at = k.add(k.add(block.begin, d), t);
        Value from = form == Form::Rows ? k.add(k.mul(at, columns), column)
                                        : k.mul(k.add(k.mul(p, depth), at), panel);
        if (form == Form::Rows)
          k.prefetch(weight, k.add(k.add(from, rowsAhead * columns), j), k.b.getF32Type());
        // Panels hold whole vectors.
        read.push_back(
            loadPadded(k, weight, k.add(from, j), form == Form::Rows ? valid - j : lanes));
      }
      put(read, d, j);
    }
  };
  // Columns of the panel are rows in memory: `lanes` of them at once, past the last one again.
  auto transpose = [&](Value d, int64_t validDepth) {
    for (int64_t j = 0; j < valid; j += lanes) {
      SmallVector<Value> read;
      for (int64_t i = 0; i < lanes; ++i) {
        Value row = k.add(column, std::min(j + i, valid - 1));
        Value at = k.add(block.begin, d), from;
        if (form == Form::RowsTransposed)
          from = k.add(k.mul(row, depth), at);
        else
          from = k.add(k.mul(k.add(k.mul(k.div(at, panel), columns), row), panel),
                       k.rem(at, k.index(panel)));
        k.prefetch(weight, k.add(from, form == Form::RowsTransposed ? 2 * lanes : columns * panel),
                   k.b.getF32Type());
        read.push_back(loadPadded(k, weight, from, validDepth));
      }
      put(transposeVectors(k, read), d, j);
    }
  };
  bool transposed = form == Form::RowsTransposed || form == Form::PanelsTransposed;
  int64_t step = transposed ? lanes : group();
  int64_t whole = block.length / step * step, rest = block.length - whole;
  k.loop(k.index(0), k.index(whole), step,
         [&](Value d) { transposed ? transpose(d, lanes) : copy(d, step); });
  if (rest == 0)
    return;
  if (transposed) // panels of a weight are padded: all of it may be read
    transpose(k.index(whole), form == Form::RowsTransposed ? rest : lanes);
  else
    copy(k.index(whole), rest);
}

void PanelProductEmitter::emitTile(const Block &block, Value p, Value row, int64_t valid) {
  unsigned lanes = k.target.lanes, panel = k.target.panelColumns(), count = tileRows();
  unsigned vectors = llvm::divideCeil(valid, static_cast<int64_t>(lanes));
  Type lane = narrow ? Type(k.b.getI32Type()) : k.b.getF32Type();
  // Rows past the end are computed from the last one and not stored.
  SmallVector<Value> starts;
  Value lastRow = k.sub(rows, k.index(1));
  for (unsigned i = 0; i < count; ++i) {
    Value own = k.min(k.add(row, i), lastRow);
    starts.push_back(narrow ? k.add(k.mul(own, pairsOf(depth)), k.div(block.begin, 2))
                            : k.add(k.mul(k.add(firstRow, own), depth), block.begin));
  }
  Value column = k.mul(p, panel);
  auto place = [&](unsigned i, unsigned j) {
    return k.add(k.add(k.mul(k.add(row, i), columns), column), j * lanes);
  };
  if (block.last)
    epilogue.prefetch(count, row, column);
  KernelBuilder::Values sums(count * vectors, k.splat(0.0, lanes));
  if (!block.last || block.length < depth)
    sums = beginSums(k, count * vectors, block.continues, [&](unsigned n) {
      Value own = k.min(k.add(row, n / vectors), lastRow);
      unsigned j = n % vectors;
      Value from = k.add(k.add(k.mul(own, columns), column), j * lanes);
      return loadPadded(k, partial, from, valid - static_cast<int64_t>(j * lanes));
    });
  Value source = isDirect() ? weight : panelMemory, panelStart = k.index(0);
  if (isDirect())
    panelStart = k.mul(k.add(k.mul(p, depth), block.begin), panel);
  sums = gemmTile(
      k, count, vectors, k.index(0), k.index(llvm::divideCeil(block.length, group())), sums,
      [&](unsigned i, Value d) { return k.load(narrow ? narrow : a, k.add(starts[i], d), lane); },
      [&](unsigned j, Value d) {
        return k.load(source, k.add(panelStart, k.add(k.mul(d, panel), j * lanes)), lane, lanes);
      });
  if (block.last)
    return epilogue.emit(sums, count, row, rows, column, valid);
  for (unsigned i = 0; i < count; ++i)
    k.ifThen(k.less(k.add(row, i), rows), [&] {
      for (unsigned j = 0; j < vectors; ++j)
        forValidLanes(k, sums[i * vectors + j], valid - static_cast<int64_t>(j * lanes),
                      [&](Value part, int64_t offset) {
                        k.store(part, partial, k.add(place(i, j), offset));
                      });
    });
}

int64_t narrowScratch(Value factor, int64_t depth) {
  auto type = cast<RankedTensorType>(factor.getType());
  ModelOp model = factor.getParentRegion()->getParentOfType<ModelOp>();
  return maxElements(model, type) / depth * pairsOf(depth);
}

void emitPanelProduct(const PanelProduct &product, Value rows) {
  OwnScope scope(*product.k);
  PanelProductEmitter(product, rows).emit();
}

} // namespace tenon
