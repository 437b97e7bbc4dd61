// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layer norm on CPUs: the routine for one row, and groups of whole rows.
#include "Norm.h"
#include "Families.h"
#include "Math.h"

using namespace mlir;

namespace tenon {

// Vectors that one turn of a loop over columns takes.
static constexpr unsigned turnVectors = 4;

void forColumns(KernelBuilder &k, int64_t count, llvm::function_ref<void(Value, int64_t)> block,
                llvm::function_ref<void(Value, unsigned)> vector) {
  int64_t lanes = k.target.lanes, extent = turnVectors * lanes;
  int64_t blocks = count / extent * extent;
  if (blocks)
    k.loop(k.index(0), k.index(blocks), extent, [&](Value column) {
      block(column, extent);
      for (unsigned i = 0; i < turnVectors; ++i)
        vector(k.add(column, i * lanes), lanes);
    });
  if (blocks < count)
    block(k.index(blocks), count - blocks);
  for (int64_t column = blocks; column + lanes <= count; column += lanes)
    vector(k.index(column), lanes);
  for (Piece piece : tailPieces(count, lanes))
    vector(k.index(piece.offset), piece.lanes);
}

/// A few elements of each row, to shift it by their mean: the largest power of two of them that is
/// whole vectors of one turn, or the first piece of a row shorter than a vector.
static SmallVector<Value> shifts(KernelBuilder &k, unsigned rows, int64_t count,
                                 const RowPass &pass) {
  unsigned lanes = k.target.lanes, vectors = 1;
  if (count < lanes)
    lanes = tailPieces(count, lanes).front().lanes;
  else
    vectors = llvm::bit_floor(std::min<uint64_t>(turnVectors, count / lanes));
  SmallVector<Value> means;
  for (unsigned row = 0; row < rows; ++row) {
    SmallVector<Value> parts;
    for (unsigned i = 0; i < vectors; ++i)
      parts.push_back(pass.elements(row, k.index(i * lanes), lanes));
    Value sum = k.reduceAdd(k.sumTree(parts));
    means.push_back(pass.guard(row, k.mulf(sum, k.splat(1.0 / (vectors * lanes), 1))));
  }
  return means;
}

SmallVector<RowStatistics> rowStatistics(KernelBuilder &k, unsigned rows, int64_t count,
                                         double epsilon, const RowPass &pass) {
  int64_t lanes = k.target.lanes, extent = turnVectors * lanes;
  int64_t blocks = count / extent * extent;
  unsigned each = 2 + pass.terms;
  SmallVector<RowStatistics> statistics;
  for (Value shift : shifts(k, rows, count, pass))
    statistics.push_back({shift, {}, {}, {}});

  // Of each row its sum and its sum of squares, then the further ones. One chain of additions each
  // is enough, since rows side by side hide the latency; what a turn adds is summed first, which
  // keeps the chain short and its rounding error small.
  auto accumulate = [&](unsigned row, Value column, unsigned width, MutableArrayRef<Value> own) {
    Value x = pass.elements(row, column, width), centred = centre(k, statistics[row], x);
    pass.keep(row, column, x, centred);
    own[0] = own[0] ? k.addf(own[0], centred) : centred;
    own[1] = own[1] ? k.fma(centred, centred, own[1]) : k.mulf(centred, centred);
    if (pass.terms)
      for (auto [sum, term] :
           llvm::zip_equal(own.drop_front(2), pass.termsOf(row, column, centred)))
        sum = sum ? k.addf(sum, term) : term;
  };
  auto accumulateTurn = [&](Value column, int64_t vectors, ValueRange all) {
    KernelBuilder::Values parts(rows * each);
    for (int64_t i = 0; i < vectors; ++i)
      for (unsigned row = 0; row < rows; ++row)
        accumulate(row, k.add(column, i * lanes), lanes,
                   MutableArrayRef<Value>(parts).slice(row * each, each));
    for (auto [part, sum] : llvm::zip(parts, all))
      part = k.addf(sum, part);
    return parts;
  };
  KernelBuilder::Values sums(rows * each, k.splat(0.0, lanes));
  if (blocks)
    sums = k.loop(k.index(0), k.index(blocks), k.index(extent), sums,
                  [&](Value column, ValueRange carried) {
                    pass.block(column, extent);
                    return accumulateTurn(column, turnVectors, carried);
                  });
  if (blocks < count)
    pass.block(k.index(blocks), count - blocks);
  if (int64_t rest = (count - blocks) / lanes)
    sums = accumulateTurn(k.index(blocks), rest, sums);

  Value share = k.splat(1.0 / static_cast<double>(count), 1);
  for (unsigned row = 0; row < rows; ++row) {
    SmallVector<Value> totals;
    for (Value sum : ArrayRef<Value>(sums).slice(row * each, each))
      totals.push_back(k.reduceAdd(sum));
    for (Piece piece : tailPieces(count, lanes)) {
      KernelBuilder::Values own(each);
      accumulate(row, k.index(piece.offset), piece.lanes, own);
      for (auto [total, part] : llvm::zip_equal(totals, own))
        total = k.addf(total, k.reduceAdd(part));
    }
    Value sum = totals[0], squares = totals[1];
    statistics[row].sums.assign(totals.begin() + 2, totals.end());
    Value mean = k.mulf(sum, share); // of x - shift
    Value variance = k.subf(k.mulf(squares, share), k.mulf(mean, mean));
    statistics[row].scale = emitRsqrt(k, k.addf(variance, k.splat(epsilon, 1)));
    statistics[row].offset = k.subf(k.splat(0.0, 1), k.mulf(mean, statistics[row].scale));
  }
  return statistics;
}

Value centre(KernelBuilder &k, const RowStatistics &statistics, Value x) {
  return k.subf(x, k.broadcast(statistics.shift, lanesOf(x)));
}

Value normalise(KernelBuilder &k, LayerNormOp norm, const RowStatistics &statistics, Value centred,
                Value column) {
  unsigned lanes = lanesOf(centred);
  auto f32 = k.b.getF32Type();
  Value scale = k.broadcast(statistics.scale, lanes);
  Value unit = statistics.offset ? k.fma(centred, scale, k.broadcast(statistics.offset, lanes))
                                 : k.mulf(centred, scale);
  Value weight = k.load(k.base(norm.getWeight()), column, f32, lanes);
  if (!norm.getBias())
    return k.mulf(unit, weight);
  return k.fma(unit, weight, k.load(k.base(norm.getBias()), column, f32, lanes));
}

LogicalResult emitNorm(GroupOp group, CpuKernelBuilder &k) { return emitEmbedding(group, k); }

} // namespace tenon
