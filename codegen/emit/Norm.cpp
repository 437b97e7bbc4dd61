// Layer norm on CPUs: the routine for one row, and groups of whole rows.
#include "Norm.h"
#include "Families.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace tenon {

// Four chains of additions hide the latency of one.
static constexpr unsigned chains = 4;

void forColumns(KernelBuilder &k, int64_t count, llvm::function_ref<void(Value, int64_t)> block,
                llvm::function_ref<void(Value, unsigned)> vector) {
  int64_t lanes = k.target.lanes, extent = chains * lanes;
  int64_t blocks = count / extent * extent;
  if (blocks)
    k.loop(k.index(0), k.index(blocks), extent, [&](Value column) {
      block(column, extent);
      for (unsigned i = 0; i < chains; ++i)
        vector(k.add(column, i * lanes), lanes);
    });
  if (blocks < count)
    block(k.index(blocks), count - blocks);
  for (int64_t column = blocks; column + lanes <= count; column += lanes)
    vector(k.index(column), lanes);
  for (Piece piece : tailPieces(count, lanes))
    vector(k.index(piece.offset), piece.lanes);
}

/// Sums over a row: `accumulate` returns the sum so far plus what belongs to the column.
static Value sumColumns(KernelBuilder &k, int64_t count,
                        llvm::function_ref<Value(Value column, Value sum)> accumulate,
                        llvm::function_ref<void(Value, int64_t)> block) {
  int64_t lanes = k.target.lanes, extent = chains * lanes;
  int64_t blocks = count / extent * extent;
  KernelBuilder::Values sums(std::min<int64_t>(chains, count / lanes), k.splat(0.0, lanes));
  if (blocks)
    sums = k.loop(k.index(0), k.index(blocks), k.index(extent), sums,
                  [&](Value column, ValueRange carried) {
                    block(column, extent);
                    KernelBuilder::Values next;
                    for (auto [i, sum] : llvm::enumerate(carried))
                      next.push_back(accumulate(k.add(column, i * lanes), sum));
                    return next;
                  });
  if (blocks < count)
    block(k.index(blocks), count - blocks);
  for (unsigned i = 0; blocks + (i + 1) * lanes <= count; ++i)
    sums[i] = accumulate(k.index(blocks + i * lanes), sums[i]);

  for (size_t stride = 1; stride < sums.size(); stride *= 2)
    for (size_t i = 0; i + stride < sums.size(); i += 2 * stride)
      sums[i] = k.addf(sums[i], sums[i + stride]);
  Value total = sums.empty() ? Value() : k.reduceAdd(sums[0]);
  for (Piece piece : tailPieces(count, lanes)) {
    Value sum = k.reduceAdd(accumulate(k.index(piece.offset), k.splat(0.0, piece.lanes)));
    total = total ? k.addf(total, sum) : sum;
  }
  return total;
}

RowStatistics rowStatistics(KernelBuilder &k, int64_t count, double epsilon,
                            llvm::function_ref<Value(Value, unsigned)> first,
                            llvm::function_ref<Value(Value, unsigned)> again,
                            llvm::function_ref<void(Value, int64_t)> block) {
  Value columns = k.splat(static_cast<double>(count), 1);
  Value sum = sumColumns(
      k, count, [&](Value column, Value sum) { return k.addf(sum, first(column, lanesOf(sum))); },
      block);
  Value mean = k.divf(sum, columns);
  Value squares = sumColumns(
      k, count,
      [&](Value column, Value sum) {
        unsigned lanes = lanesOf(sum);
        Value difference = k.subf(again(column, lanes), k.broadcast(mean, lanes));
        return k.fma(difference, difference, sum);
      },
      [](Value, int64_t) {});
  Value variance = k.divf(squares, columns);
  Value root = LLVM::SqrtOp::create(k.b, k.loc, k.addf(variance, k.splat(epsilon, 1)));
  return {mean, k.divf(k.splat(1.0, 1), root)};
}

Value normalise(KernelBuilder &k, LayerNormOp norm, const RowStatistics &statistics, Value x,
                Value column) {
  unsigned lanes = lanesOf(x);
  auto f32 = k.b.getF32Type();
  Value centred = k.subf(x, k.broadcast(statistics.mean, lanes));
  Value unit = k.mulf(centred, k.broadcast(statistics.scale, lanes));
  Value weight = k.load(k.base(norm.getWeight()), column, f32, lanes);
  if (!norm.getBias())
    return k.mulf(unit, weight);
  return k.fma(unit, weight, k.load(k.base(norm.getBias()), column, f32, lanes));
}

LogicalResult emitNorm(GroupOp group, CpuKernelBuilder &k) { return emitEmbedding(group, k); }

} // namespace tenon
