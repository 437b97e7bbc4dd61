// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gathered rows, their sum and its layer norm on GPUs: a few lanes a row, the row in registers.
#include "GpuKernel.h"
#include "rows/Norm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {

// A lane keeps at most so many elements of its row in registers, and reads the rest again; the
// smallest register file of a lane has 64 to 255.
static constexpr int64_t registerElements = 64;

// Every Vulkan device launches so many work groups.
static constexpr int64_t maxGroups = 65535;

GpuShape GpuShape::of(int64_t columns, int64_t rows) {
  GpuShape shape;
  shape.width = columns % 4 == 0 ? 4 : columns % 2 == 0 ? 2 : 1;
  shape.pieces = columns / shape.width;
  shape.rowLanes = std::min<uint64_t>(32, llvm::PowerOf2Ceil(shape.pieces));
  shape.rowsAtOnce = workgroupSize / shape.rowLanes;
  shape.rowsPerGroup =
      shape.rowsAtOnce * llvm::divideCeil(rows, maxGroups * int64_t(shape.rowsAtOnce));
  shape.laneElements = llvm::divideCeil(shape.pieces, shape.rowLanes) * shape.width;
  shape.inRegisters = shape.laneElements <= registerElements;
  return shape;
}

void GpuKernelBuilder::bind(const KernelSignature &signature, ValueRange arguments) {
  for (auto [buffer, base] : llvm::zip(signature.buffers, arguments)) {
    if (buffer.symbol)
      symbols[buffer.symbol] = base;
    else
      bases[buffer.value] = base;
  }
  auto scalar = [&](int64_t i) -> Value {
    Value value = load(arguments.back(), index(i), b.getI32Type());
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), value);
  };
  int64_t count = 0;
  for (DimOp dim : model.getBody().getOps<DimOp>()) {
    if (!dim.isStatic())
      sizes[dim.getSymNameAttr()] = scalar(count);
    ++count;
  }
  position = scalar(count);
}

namespace {
class GpuRowsEmitter {
public:
  GpuRowsEmitter(GpuKernelBuilder &k, const RowGroup &rows, const GpuShape &shape)
      : k(k), rows(rows), shape(shape) {}

  void emit() {
    rowLane = k.rem(k.lane, k.index(shape.rowLanes));
    Value slot = k.div(k.lane, shape.rowLanes);
    Value first = k.add(k.mul(k.workgroup, shape.rowsPerGroup), slot);
    Value count = k.rows(rows.type);
    auto oneRow = [&](Value offset) {
      // Lanes without a row do the last one once more but store nothing: all of them are needed for
      // the sums.
      Value index = offset ? k.add(first, offset) : first;
      hasRow = k.less(index, count);
      emitRow(k.min(index, k.sub(count, k.index(1))));
    };
    if (shape.rowsPerGroup == shape.rowsAtOnce)
      oneRow({});
    else
      k.loop(k.index(0), k.index(shape.rowsPerGroup), shape.rowsAtOnce, oneRow);
  }

private:
  /// A lane's turn: the column where its piece starts, and whether there is one (null: certainly).
  struct Turn {
    Value column, exists;
  };
  using Values = KernelBuilder::Values;

  int64_t turns() const { return llvm::divideCeil(shape.pieces, shape.rowLanes); }
  int64_t fullTurns() const { return shape.pieces / shape.rowLanes; }

  Turn fullTurn(Value turn) {
    return {k.mul(k.add(k.mul(turn, shape.rowLanes), rowLane), shape.width), {}};
  }
  /// The last turn, in which not every lane has a piece; those without take the row's last.
  Turn partTurn() {
    Value piece = k.add(rowLane, fullTurns() * shape.rowLanes);
    Value exists = k.less(piece, k.index(shape.pieces));
    return {k.mul(k.min(piece, k.index(shape.pieces - 1)), shape.width), exists};
  }

  /// Runs over the lane's turns, unrolled where the row is in registers; `number` is the turn's
  /// number then, otherwise 0.
  Values overTurns(Values carried,
                   llvm::function_ref<Values(Turn, int64_t number, ValueRange)> body) {
    if (shape.inRegisters)
      for (int64_t i = 0; i < fullTurns(); ++i)
        carried = body(fullTurn(k.index(i)), i, carried);
    else
      carried = k.loop(k.index(0), k.index(fullTurns()), k.index(1), carried,
                       [&](Value i, ValueRange next) { return body(fullTurn(i), 0, next); });
    if (fullTurns() < turns())
      carried = body(partTurn(), shape.inRegisters ? fullTurns() : 0, carried);
    return carried;
  }

  void emitRow(Value index) {
    Row row(k, rows, index);
    start = k.mul(index, rows.columns);
    SmallVector<Value> kept(shape.inRegisters ? turns() : 1);
    auto element = [&](const Turn &turn, int64_t number) {
      if (!shape.inRegisters)
        return row.at(turn.column, shape.width);
      if (!kept[number])
        kept[number] = row.at(turn.column, shape.width);
      return kept[number];
    };
    // Loads first: all of them are under way before the first is waited for.
    if (shape.inRegisters)
      overTurns({}, [&](Turn turn, int64_t number, ValueRange) {
        element(turn, number);
        return Values{};
      });
    RowStatistics statistics;
    if (rows.norm)
      statistics = laneStatistics(element);
    k.ifThen(hasRow, [&] {
      overTurns({}, [&](Turn turn, int64_t number, ValueRange) {
        Value x = element(turn, number);
        store(x, turn, rows.rowResults);
        if (rows.norm)
          store(normalise(k, rows.norm, statistics, centre(k, statistics, x), turn.column), turn,
                rows.normResults);
        return Values{};
      });
    });
  }

  /// In two steps, since all lanes meet in each: what the row's elements are about, by which the
  /// factor is chosen, and their mean so far; then the sums of x - shift and of its square. What
  /// rounding left out of the mean is made good by the offset.
  RowStatistics laneStatistics(llvm::function_ref<Value(const Turn &, int64_t)> element) {
    constexpr double down = 0x1p-32, greatestMagnitude = 0x1p62 * down;
    LayerNormOp norm = rows.norm;
    Value columns = k.splat(static_cast<double>(rows.columns), 1);
    auto [sum, magnitude] = sums([&](Turn turn, int64_t number) {
      Value x = k.mulf(element(turn, number), k.splat(down, shape.width));
      return std::pair(x, k.maxf(x, k.subf(k.splat(0.0, shape.width), x)));
    });
    Value isOrdinary = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OLT, magnitude,
                                             k.splat(greatestMagnitude, 1));
    Value factor = arith::SelectOp::create(k.b, k.loc, isOrdinary, k.splat(1.0, 1),
                                           k.splat(RowFactor::less, 1));
    Value mean = k.mulf(k.divf(sum, columns), k.mulf(factor, k.splat(1 / down, 1)));
    RowStatistics found{.shift = mean, .scale = {}, .offset = {}, .squares = {}, .factor = factor};
    auto [rest, squares] = sums([&](Turn turn, int64_t number) {
      Value centred = centre(k, found, element(turn, number));
      return std::pair(centred, k.mulf(centred, centred));
    });
    Value left = k.divf(rest, columns);
    Value variance = k.subf(k.divf(squares, columns), k.mulf(left, left));
    Value epsilon = RowFactor::epsilon(k, norm.getEpsilon().convertToDouble(), factor);
    found.scale = k.reciprocalRoot(k.addf(variance, epsilon));
    found.offset = k.subf(k.splat(0.0, 1), k.mulf(left, found.scale));
    return found;
  }

  /// The sums of two of a row's terms, in an order that follows from C alone.
  std::pair<Value, Value> sums(llvm::function_ref<std::pair<Value, Value>(Turn, int64_t)> terms) {
    Value zero = k.splat(0.0, shape.width);
    Values all = overTurns({zero, zero}, [&](Turn turn, int64_t number, ValueRange carried) {
      auto [x, y] = terms(turn, number);
      if (turn.exists) { // a vector of conditions: SPIR-V 1.3 has no other choice between vectors
        Value exists = k.broadcast(turn.exists, shape.width);
        x = arith::SelectOp::create(k.b, k.loc, exists, x, zero);
        y = arith::SelectOp::create(k.b, k.loc, exists, y, zero);
      }
      return Values{k.addf(carried[0], x), k.addf(carried[1], y)};
    });
    for (Value &own : all)
      own = k.reduceAdd(own);
    all = k.sumOverLanes(all, shape);
    return {all[0], all[1]};
  }

  void store(Value x, const Turn &turn, ArrayRef<unsigned> results) {
    auto emit = [&] {
      for (unsigned result : results)
        k.store(x, k.resultBase(result), k.add(start, turn.column));
    };
    if (turn.exists)
      k.ifThen(turn.exists, emit);
    else
      emit();
  }

  GpuKernelBuilder &k;
  const RowGroup &rows;
  const GpuShape &shape;
  Value rowLane, hasRow, start;
};
} // namespace

void emitGpuRows(GpuKernelBuilder &k, const RowGroup &rows, const GpuShape &shape) {
  GpuRowsEmitter(k, rows, shape).emit();
}

} // namespace tenon
