// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layer norm on CPUs: the routine for one row, and groups of whole rows.
#include "Norm.h"
#include "Families.h"
#include "kernel/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>
#include <limits>

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
  unsigned lanes = k.target.sumLanes, vectors = 1;
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
                                         Value epsilon, const RowPass &pass) {
  int64_t lanes = k.target.sumLanes, extent = turnVectors * lanes;
  int64_t blocks = count / extent * extent;
  unsigned each = 2 + pass.terms;
  SmallVector<RowStatistics> statistics;
  for (Value shift : shifts(k, rows, count, pass))
    statistics.push_back({.shift = shift, .scale = {}, .offset = {}, .squares = {}});

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
    statistics[row].scale = emitRsqrt(k, k.addf(variance, epsilon));
    statistics[row].offset = k.subf(k.splat(0.0, 1), k.mulf(mean, statistics[row].scale));
    statistics[row].squares = squares;
  }
  return statistics;
}

Value areOrdinary(KernelBuilder &k, ArrayRef<RowStatistics> statistics) {
  SmallVector<Value> conditions;
  for (const RowStatistics &row : statistics) // of NaN it is false
    conditions.push_back(arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OLT, row.squares,
                                               k.splat(RowFactor::greatestSquares, 1)));
  return k.tree(conditions,
                [&](Value x, Value y) -> Value { return arith::AndIOp::create(k.b, k.loc, x, y); });
}

static Value isEqual(KernelBuilder &k, Value x, double y) {
  return arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, x, k.splat(y, 1));
}

Value RowFactor::epsilon(KernelBuilder &k, double epsilon, Value factor) {
  return arith::SelectOp::create(k.b, k.loc, isEqual(k, factor, 1), k.splat(epsilon, 1),
                                 k.splat(leastEpsilon, 1));
}

// One loop of two turns, so that the pass is there once: the first turn finds the factor.
RowStatistics statisticsOfAnyRow(KernelBuilder &k, int64_t count, double epsilon,
                                 const RowPass &pass) {
  Value zero = k.splat(0.0, 1);
  KernelBuilder::Values initial(6 + pass.terms, zero);
  initial[0] = initial[1] = k.splat(1.0, 1);
  auto found = k.loop(k.index(0), k.index(2), k.index(1), initial, [&](Value, ValueRange carried) {
    Value factor = carried[0];
    auto elements = [&](unsigned row, Value column, unsigned lanes) {
      return k.mulf(pass.elements(row, column, lanes), k.broadcast(factor, lanes));
    };
    RowPass scaled = pass;
    scaled.elements = elements;
    RowStatistics own =
        rowStatistics(k, 1, count, RowFactor::epsilon(k, epsilon, factor), scaled)[0];
    Value next = arith::SelectOp::create(k.b, k.loc, areOrdinary(k, own), factor,
                                         k.splat(RowFactor::less, 1));
    KernelBuilder::Values values = {next, factor, own.shift, own.scale, own.offset, own.squares};
    values.append(own.sums);
    return values;
  });
  // Of a constant row epsilon alone is the variance.
  Value constant = arith::AndIOp::create(k.b, k.loc, isEqual(k, found[1], RowFactor::less),
                                         isEqual(k, found[5], 0));
  double largest = std::numeric_limits<float>::max();
  double scale = std::min(1 / std::sqrt(epsilon) / RowFactor::less, largest);
  return {.shift = found[2],
          .scale = arith::SelectOp::create(k.b, k.loc, constant, k.splat(scale, 1), found[3]),
          .offset = found[4],
          .squares = found[5],
          .factor = found[1],
          .sums = SmallVector<Value>(ArrayRef(found).drop_front(6))};
}

Value centre(KernelBuilder &k, const RowStatistics &statistics, Value x) {
  if (statistics.factor)
    x = k.mulf(x, k.broadcast(statistics.factor, lanesOf(x)));
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
