// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of layer norm's backward: the gradients of weight and bias, and that of the
// input with the elementwise operations that follow it, in one pass over the rows.
//
// Rows go in chunks of a fixed number, which threads share. A chunk leaves its sums of the
// parameters' gradients in scratch memory; when all have, threads share the columns and add the
// chunks up in order, so the bits do not depend on the number of threads.
#include "ColumnShare.h"
#include "Elementwise.h"
#include "Families.h"
#include "Norm.h"
#include "kernel/Accumulate.h"

using namespace mlir;

namespace tenon {

static constexpr int64_t chunkRows = 32;

namespace {
/// What of the three a group has.
struct NormGradients {
  LayerNormBackwardWeightOp weight;
  SumLeadingOp bias;
  LayerNormBackwardOp input;

  explicit NormGradients(GroupOp group) {
    for (Operation &op : group.getBody().front()) {
      if (auto found = dyn_cast<LayerNormBackwardWeightOp>(op))
        weight = found;
      if (auto found = dyn_cast<SumLeadingOp>(op))
        bias = found;
      if (auto found = dyn_cast<LayerNormBackwardOp>(op))
        input = found;
    }
  }
  Value x() { return weight ? weight.getX() : input.getX(); }
  Value dy() { return weight ? weight.getDy() : input.getDy(); }
  double epsilon() { return (weight ? weight.getEpsilon() : input.getEpsilon()).convertToDouble(); }
  /// The gradients of parameters.
  SmallVector<Value> sums() {
    SmallVector<Value> result;
    if (weight)
      result.push_back(weight.getResult());
    if (bias)
      result.push_back(bias.getResult());
    return result;
  }
};

class NormBackwardEmitter {
public:
  NormBackwardEmitter(GroupOp group, CpuKernelBuilder &k)
      : k(k), gradients(group), sums(gradients.sums()), chain(elementwiseOps(group)) {
    auto type = cast<RankedTensorType>(gradients.x().getType());
    rows = k.rows(type);
    columns = type.getShape().back();
    x = k.base(gradients.x());
    dy = k.base(gradients.dy());
    // Rows side by side hide the latency of one another's sums, as far as there are registers.
    rowsAtOnce = k.target.rowsBeside(4);
  }

  void emit() {
    Value chunks = k.div(k.add(rows, chunkRows - 1), chunkRows);
    k.stage([&] {
      auto [begin, end] = k.share(chunks);
      k.loop(begin, end, 1, [&](Value chunk) { emitChunk(chunk); });
    });
    if (!sums.empty())
      k.stage([&] { emitSums(chunks); });
  }

private:
  void emitSums(Value chunks) {
    ColumnShare own = ColumnShare::of(k, columns);
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Accumulation adds(k, accumulationOf(sum));
      forColumns(
          k, own, [](Value, int64_t) {},
          [&, i = i](Value column, unsigned lanes) {
            Value first = adds.begin(k, column, lanes);
            KernelBuilder::Values total =
                k.loop(k.index(0), chunks, k.index(1), {first}, [&](Value chunk, ValueRange sum) {
                  Value part = k.add(partial(chunk, i), column);
                  return KernelBuilder::Values{
                      k.addf(sum[0], k.load(k.scratch, part, f32(), lanes))};
                });
            k.store(total[0], adds.base, column);
          });
    }
  }

  Type f32() { return k.b.getF32Type(); }

  /// Where a chunk's sums of parameter `i` lie in scratch memory.
  Value partial(Value chunk, int64_t i) {
    return k.add(k.mul(chunk, static_cast<int64_t>(sums.size()) * columns), i * columns);
  }

  void emitChunk(Value chunk) {
    Value zeros = partial(chunk, 0);
    forColumns(
        k, static_cast<int64_t>(sums.size()) * columns, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          k.store(k.splat(0.0, lanes), k.scratch, k.add(zeros, column));
        });
    Value begin = k.mul(chunk, chunkRows), end = k.min(k.add(begin, chunkRows), rows);
    Value whole = k.mul(k.div(k.sub(end, begin), rowsAtOnce), rowsAtOnce);
    Value middle = k.add(begin, whole);
    k.loop(begin, middle, rowsAtOnce, [&](Value row) { emitRows(chunk, row, rowsAtOnce); });
    k.loop(middle, end, 1, [&](Value row) { emitRows(chunk, row, 1); });
  }

  Value weightAt(Value column, unsigned lanes) {
    return k.load(k.base(gradients.input.getWeight()), column, f32(), lanes);
  }

  Value at(Value base, Value row, Value column, unsigned lanes) {
    return k.load(base, k.add(k.mul(row, columns), column), f32(), lanes);
  }

  /// Beside the statistics of x the sums of g = dy * weight, and of g times x - shift; of the rows
  /// from `first` on.
  template <class Use>
  auto withPass(Value first, Use use) {
    auto elements = [&](unsigned i, Value column, unsigned lanes) {
      return at(x, k.add(first, i), column, lanes);
    };
    auto guard = [](unsigned, Value shift) { return shift; };
    auto keep = [](unsigned, Value, Value, Value) {};
    auto block = [](Value, int64_t) {};
    auto terms = [&](unsigned i, Value column, Value centred) {
      unsigned lanes = lanesOf(centred);
      Value g = k.mulf(at(dy, k.add(first, i), column, lanes), weightAt(column, lanes));
      return SmallVector<Value>{g, k.mulf(g, centred)};
    };
    return use(RowPass{elements, guard, keep, block, gradients.input ? 2u : 0u, terms});
  }

  void emitRows(Value chunk, Value first, unsigned count) {
    SmallVector<RowStatistics> found = withPass(first, [&](const RowPass &pass) {
      return rowStatistics(k, count, columns, k.splat(gradients.epsilon(), 1), pass);
    });
    k.ifElse(
        areOrdinary(k, found), [&] { emitGradients(chunk, first, found); },
        [&] {
          k.loop(first, k.add(first, count), 1, [&](Value row) {
            RowStatistics own = withPass(row, [&](const RowPass &pass) {
              return statisticsOfAnyRow(k, columns, gradients.epsilon(), pass);
            });
            emitGradients(chunk, row, own);
          });
        });
  }

  void emitGradients(Value chunk, Value first, ArrayRef<RowStatistics> statistics) {
    SmallVector<Means> means;
    if (gradients.input)
      for (const RowStatistics &own : statistics)
        means.push_back(meansOf(own));
    auto block = [](Value, int64_t) {};
    forColumns(k, columns, block, [&](Value column, unsigned lanes) {
      Value weight = gradients.input ? weightAt(column, lanes) : Value();
      SmallVector<Value> totals, dx;
      for (size_t i = 0; i < sums.size(); ++i)
        totals.push_back(k.load(k.scratch, k.add(partial(chunk, i), column), f32(), lanes));
      for (auto [i, own] : llvm::enumerate(statistics)) {
        Value row = k.add(first, i);
        Value centred = centre(k, own, at(x, row, column, lanes));
        Value n = k.fma(centred, k.broadcast(own.scale, lanes), k.broadcast(own.offset, lanes));
        Value d = at(dy, row, column, lanes);
        if (gradients.weight)
          totals.front() = k.fma(d, n, totals.front());
        if (gradients.bias)
          totals.back() = k.addf(totals.back(), d);
        if (gradients.input)
          dx.push_back(inputGradient(own, means[i], n, k.mulf(d, weight)));
      }
      for (auto [i, total] : llvm::enumerate(totals))
        k.store(total, k.scratch, k.add(partial(chunk, i), column));
      for (auto [i, own] : llvm::enumerate(dx))
        storeChain(k, chain, gradients.input.getResult(), own, k.add(first, i), column);
    });
  }

  struct Means {
    Value g, minusGn; // mean(g), -mean(g * n)
  };
  Means meansOf(const RowStatistics &own) {
    Value share = k.splat(1.0 / static_cast<double>(columns), 1);
    Value g = k.mulf(own.sums[0], share), centred = k.mulf(own.sums[1], share);
    Value gn = k.fma(centred, own.scale, k.mulf(g, own.offset));
    return {g, k.subf(k.splat(0.0, 1), gn)};
  }

  Value inputGradient(const RowStatistics &own, const Means &means, Value n, Value g) {
    unsigned lanes = lanesOf(g);
    Value rest =
        k.fma(n, k.broadcast(means.minusGn, lanes), k.subf(g, k.broadcast(means.g, lanes)));
    Value dx = k.mulf(rest, k.broadcast(own.scale, lanes));
    return own.factor ? k.mulf(dx, k.broadcast(own.factor, lanes)) : dx;
  }

  CpuKernelBuilder &k;
  NormGradients gradients;
  SmallVector<Value> sums; // the parameters' gradients
  SmallVector<Operation *> chain;
  Value rows, x, dy;
  int64_t columns;
  unsigned rowsAtOnce;
};
} // namespace

int64_t normBackwardScratch(GroupOp group) {
  NormGradients gradients(group);
  auto type = cast<RankedTensorType>(gradients.x().getType());
  int64_t columns = type.getShape().back();
  int64_t rows = maxElements(enclosingModel(group), type) / columns;
  return llvm::divideCeil(rows, chunkRows) * static_cast<int64_t>(gradients.sums().size()) *
         columns;
}

LogicalResult emitNormBackward(GroupOp group, CpuKernelBuilder &k) {
  NormBackwardEmitter(group, k).emit();
  return success();
}

} // namespace tenon
