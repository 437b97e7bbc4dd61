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

/// Sums over each of some rows: `accumulate` returns a row's sum so far plus what belongs to the
/// column.
static KernelBuilder::Values
sumColumns(KernelBuilder &k, unsigned rows, int64_t count,
           llvm::function_ref<Value(unsigned row, Value column, Value sum)> accumulate,
           llvm::function_ref<void(Value, int64_t)> block) {
  int64_t lanes = k.target.lanes, extent = chains * lanes;
  int64_t blocks = count / extent * extent;
  int64_t vectors = std::min<int64_t>(chains, count / lanes); // sums of a row
  KernelBuilder::Values sums(rows * vectors, k.splat(0.0, lanes));
  if (blocks)
    sums = k.loop(
        k.index(0), k.index(blocks), k.index(extent), sums, [&](Value column, ValueRange carried) {
          block(column, extent);
          KernelBuilder::Values next;
          for (auto [i, sum] : llvm::enumerate(carried))
            next.push_back(accumulate(i / vectors, k.add(column, i % vectors * lanes), sum));
          return next;
        });
  if (blocks < count)
    block(k.index(blocks), count - blocks);

  KernelBuilder::Values totals;
  for (unsigned row = 0; row < rows; ++row) {
    MutableArrayRef<Value> own(sums.begin() + row * vectors, vectors);
    for (int64_t i = 0; blocks + (i + 1) * lanes <= count; ++i)
      own[i] = accumulate(row, k.index(blocks + i * lanes), own[i]);
    for (int64_t stride = 1; stride < vectors; stride *= 2)
      for (int64_t i = 0; i + stride < vectors; i += 2 * stride)
        own[i] = k.addf(own[i], own[i + stride]);
    Value total = own.empty() ? Value() : k.reduceAdd(own[0]);
    for (Piece piece : tailPieces(count, lanes)) {
      Value none = k.splat(0.0, piece.lanes);
      Value sum = k.reduceAdd(accumulate(row, k.index(piece.offset), none));
      total = total ? k.addf(total, sum) : sum;
    }
    totals.push_back(total);
  }
  return totals;
}

SmallVector<RowStatistics> rowStatistics(KernelBuilder &k, unsigned rows, int64_t count,
                                         double epsilon, RowElements first, RowElements again,
                                         llvm::function_ref<void(unsigned, Value, int64_t)> block) {
  Value columns = k.splat(static_cast<double>(count), 1);
  KernelBuilder::Values means = sumColumns(
      k, rows, count,
      [&](unsigned row, Value column, Value sum) {
        return k.addf(sum, first(row, column, lanesOf(sum)));
      },
      [&](Value column, int64_t extent) { block(0, column, extent); });
  for (Value &mean : means)
    mean = k.divf(mean, columns);
  KernelBuilder::Values squares = sumColumns(
      k, rows, count,
      [&](unsigned row, Value column, Value sum) {
        unsigned lanes = lanesOf(sum);
        Value difference = k.subf(again(row, column, lanes), k.broadcast(means[row], lanes));
        return k.fma(difference, difference, sum);
      },
      [&](Value column, int64_t extent) { block(1, column, extent); });
  SmallVector<RowStatistics> statistics;
  for (auto [mean, sum] : llvm::zip(means, squares)) {
    Value variance = k.divf(sum, columns);
    Value root = LLVM::SqrtOp::create(k.b, k.loc, k.addf(variance, k.splat(epsilon, 1)));
    statistics.push_back({mean, k.divf(k.splat(1.0, 1), root)});
  }
  return statistics;
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
