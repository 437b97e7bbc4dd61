// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of rows: elementwise operations and reductions over the last dimension, in as
// many passes over a row as they need. The row lies in the first-level cache meanwhile.
#include "Elementwise.h"
#include "Families.h"
#include "RowPasses.h"
#include "kernel/Bf16.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;

namespace tenon {

// How far ahead elements are prefetched where there is one pass. Loads wait for the condition that
// selects their lanes, of dropout at the end of a long computation; the hardware sees them too
// late.
static constexpr int64_t elementsAhead = 512;

// Rows that are worked on side by side, so that the latencies of one's sums hide behind the others,
// and vectors that are added up before they are added to a sum.
static constexpr unsigned mostRowsAtOnce = 4;
static constexpr unsigned turnVectors = 4;

namespace {
/// Adds up what a reduction goes over.
struct Reducer {
  KernelBuilder &k;
  Reduction kind;

  Value none(unsigned lanes) const {
    return k.splat(kind == Reduction::Sum ? 0 : -std::numeric_limits<double>::infinity(), lanes);
  }
  Value combine(Value x, Value y) const {
    if (kind == Reduction::Sum)
      return k.addf(x, y);
    return arith::MaximumFOp::create(k.b, k.loc, x, y); // NaN if either is
  }
  Value ofLanes(Value vector) const {
    for (unsigned lanes = lanesOf(vector); lanes > 1; lanes = lanesOf(vector)) {
      Value low = takePiece(k, vector, {0, lanes / 2});
      vector = combine(low, takePiece(k, vector, {lanes / 2, lanes / 2}));
    }
    return vector;
  }
};

class RowEmitter {
public:
  RowEmitter(CpuKernelBuilder &k, const RowPasses &plan) : k(k), plan(plan) {
    bool reduces = false, isLong = false;
    for (const RowPasses::Pass &pass : plan.passes) {
      reduces |= !pass.reductions.empty();
      isLong |= pass.isLong;
    }
    isOnePass = !reduces;
    rowsAtOnce = reduces && !isLong ? mostRowsAtOnce : 1;
    auto yield = cast<YieldOp>(k.group.getBody().front().getTerminator());
    for (auto [i, value] : llvm::enumerate(yield.getValues()))
      results[value].push_back(i);
    for (auto &[value, pass] : plan.kept)
      if (!placeOfResult(value))
        keptPlaces[value] = k.own(rowsAtOnce * plan.columns, k.b.getF32Type());
  }

  void emit() {
    auto [begin, end] = k.share(k.product(plan.outer));
    Value middle = begin;
    if (rowsAtOnce > 1) {
      middle = k.add(begin, k.mul(k.div(k.sub(end, begin), rowsAtOnce), rowsAtOnce));
      k.loop(begin, middle, rowsAtOnce, [&](Value row) { emitRows(row, rowsAtOnce); });
    }
    k.loop(middle, end, 1, [&](Value row) { emitRows(row, 1); });
  }

private:
  /// A row at hand.
  struct Row {
    Value index;
    llvm::DenseMap<Value, Value> numbers; // known so far
    llvm::DenseMap<Value, Value> starts;  // of the elements of operands and results
  };
  /// What is made at some columns of a row.
  using Made = llvm::DenseMap<Value, Value>;

  Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

  /// The result of the group that holds elements as they were made.
  std::optional<unsigned> placeOfResult(Value value) const {
    auto found = results.find(value);
    bool isWhole =
        found != results.end() && cast<RankedTensorType>(value.getType()).getElementType().isF32();
    return isWhole ? std::optional(found->second.front()) : std::nullopt;
  }

  void emitRows(Value first, unsigned count) {
    rows.clear();
    for (unsigned i = 0; i < count; ++i)
      rows.emplace_back().index = k.add(first, i);
    for (pass = 0; pass < plan.passes.size(); ++pass)
      emitPass();
    for (auto &[value, numbers] : results)
      if (!plan.isElement(value))
        for (Row &row : rows) {
          Value own = number(row, value);
          for (unsigned result : numbers)
            storeF32As(k, elementOf(value), own, k.resultBase(result), row.index);
        }
  }

  /// The place of an operand's row that meets a row at hand, in rows.
  Value operandRow(const Row &row, Value operand) {
    return placeOfRow(k, plan.outerPlaces(operand), plan.outer, row.index);
  }

  Value number(Row &row, Value value) {
    if (Value known = row.numbers.lookup(value))
      return known;
    Value result;
    if (auto along = value.getDefiningOp<AlongOp>()) {
      result = emitAlong(k, along, operandRow(row, value), 1);
    } else if (plan.isMade(value)) {
      auto operand = [&](Value other) { return number(row, other); };
      result = emitElement(k, value.getDefiningOp(), operand, row.index, k.index(0));
    } else if (cast<RankedTensorType>(value.getType()).getRank() == 0) {
      result = k.scalar(value);
    } else {
      result = loadAsF32(k, k.base(value), operandRow(row, value), elementOf(value));
    }
    return row.numbers[value] = result;
  }

  Value element(unsigned number, Value value, Value column, unsigned lanes, Made &made) {
    if (Value known = made.lookup(value))
      return known;
    Row &row = rows[number];
    Value result;
    if (!plan.isElement(value)) {
      result = k.broadcast(row.numbers.lookup(value), lanes);
    } else if (auto along = value.getDefiningOp<AlongOp>()) {
      result = emitAlong(k, along, column, lanes);
    } else if (!plan.isMade(value)) {
      Value at = row.starts.lookup(value);
      result =
          loadAsF32(k, k.base(value), at ? k.add(at, column) : column, elementOf(value), lanes);
    } else {
      auto found = plan.kept.find(value);
      bool isKept = found != plan.kept.end();
      if (isKept && found->second < pass)
        return made[value] =
                   k.load(keptBase(value), keptAt(number, value, column), k.b.getF32Type(), lanes);
      auto operand = [&](Value other) { return element(number, other, column, lanes, made); };
      result = emitElement(k, value.getDefiningOp(), operand, row.index, column);
      if (isKept && !placeOfResult(value))
        k.store(result, keptBase(value), keptAt(number, value, column));
    }
    return made[value] = result;
  }

  Value keptBase(Value value) {
    auto result = placeOfResult(value);
    return result ? k.resultBase(*result) : keptPlaces.lookup(value);
  }
  Value keptAt(unsigned number, Value value, Value column) {
    if (placeOfResult(value))
      return k.add(rowStart(number), column);
    return k.add(column, number * plan.columns);
  }
  Value rowStart(unsigned number) { return k.mul(rows[number].index, plan.columns); }

  /// What a pass does at some columns of a row: stores, and hands on what is reduced.
  void visit(unsigned number, Value column, unsigned lanes,
             llvm::function_ref<void(size_t reduction, Value x, Value factor)> reduced) {
    Made made;
    for (Value value : plan.passes[pass].stored) {
      Value elements = element(number, value, column, lanes, made);
      for (unsigned result : results.lookup(value))
        storeF32As(k, elementOf(value), elements, k.resultBase(result),
                   k.add(rowStart(number), column));
    }
    for (size_t i = 0; i < plan.passes[pass].reductions.size(); ++i) {
      ReduceOp reduce = plan.passes[pass].reductions[i];
      if (ElementwiseOp product = plan.summedProduct(reduce)) {
        Value x = element(number, product.getInputs()[0], column, lanes, made);
        reduced(i, x, element(number, product.getInputs()[1], column, lanes, made));
      } else {
        reduced(i, element(number, reduce.getX(), column, lanes, made), {});
      }
    }
  }

  void emitPass() {
    const RowPasses::Pass &own = plan.passes[pass];
    for (Row &row : rows) {
      for (Value value : own.numbers)
        number(row, value);
      for (Value value : own.reads)
        if (!row.starts.contains(value))
          if (Value at = operandRow(row, value))
            row.starts[value] = k.mul(at, plan.columns);
    }
    unsigned width = k.target.lanes * chainVectors(own.made.getArrayRef(), plan.columns);
    if (own.reductions.empty())
      return emitStores(width);

    size_t count = own.reductions.size();
    auto reducer = [&](size_t i) {
      ReduceOp reduce = plan.passes[pass].reductions[i];
      return Reducer{k, reduce.getKind()};
    };
    // Adds what a visit hands on to `sum`, which is null where nothing was added before.
    auto add = [&](size_t i, Value &sum, Value x, Value factor) {
      if (factor)
        sum = sum ? k.fma(x, factor, sum) : k.mulf(x, factor);
      else
        sum = sum ? reducer(i).combine(sum, x) : x;
    };
    auto turn = [&](Value column, unsigned vectors, ValueRange carried) {
      KernelBuilder::Values sums(carried);
      KernelBuilder::Values parts(sums.size());
      for (unsigned v = 0; v < vectors; ++v)
        for (unsigned row = 0; row < rows.size(); ++row)
          visit(row, k.add(column, v * width), width, [&](size_t i, Value x, Value factor) {
            size_t at = row * count + i;
            add(i, vectors == 1 ? sums[at] : parts[at], x, factor);
          });
      if (vectors > 1)
        for (size_t at = 0; at < sums.size(); ++at)
          sums[at] = reducer(at % count).combine(sums[at], parts[at]);
      return sums;
    };
    unsigned vectors = own.isLong ? 1 : turnVectors;
    int64_t extent = vectors * width, blocks = plan.columns / extent * extent;
    KernelBuilder::Values sums;
    for (size_t at = 0; at < rows.size() * count; ++at)
      sums.push_back(reducer(at % count).none(width));
    if (blocks)
      sums =
          k.loop(k.index(0), k.index(blocks), k.index(extent), sums,
                 [&](Value column, ValueRange carried) { return turn(column, vectors, carried); });
    if (int64_t rest = (plan.columns - blocks) / width)
      sums = turn(k.index(blocks), rest, sums);
    for (unsigned row = 0; row < rows.size(); ++row) {
      KernelBuilder::Values totals(count);
      if (plan.columns >= width)
        for (size_t i = 0; i < count; ++i)
          totals[i] = reducer(i).ofLanes(sums[row * count + i]);
      for (Piece piece : tailPieces(plan.columns, width))
        visit(row, k.index(piece.offset), piece.lanes, [&](size_t i, Value x, Value factor) {
          Value part;
          add(i, part, x, factor);
          part = reducer(i).ofLanes(part);
          totals[i] = totals[i] ? reducer(i).combine(totals[i], part) : part;
        });
      for (size_t i = 0; i < count; ++i) {
        ReduceOp reduce = plan.passes[pass].reductions[i];
        rows[row].numbers[reduce.getResult()] = totals[i];
      }
    }
  }

  void emitStores(unsigned width) {
    auto nothing = [](size_t, Value, Value) {};
    auto columns = [&](Value column, unsigned lanes) {
      for (unsigned row = 0; row < rows.size(); ++row) {
        if (isOnePass)
          for (Value value : plan.passes[pass].reads)
            if (Value at = rows[row].starts.lookup(value))
              k.prefetchRun(k.base(value), k.add(k.add(at, column), elementsAhead),
                            elementOf(value), lanes);
        visit(row, column, lanes, nothing);
      }
    };
    if (plan.columns >= width)
      k.loop(k.index(0), k.index(plan.columns - plan.columns % width), width,
             [&](Value column) { columns(column, width); });
    for (Piece piece : tailPieces(plan.columns, width))
      columns(k.index(piece.offset), piece.lanes);
  }

  CpuKernelBuilder &k;
  const RowPasses &plan;
  bool isOnePass;
  unsigned rowsAtOnce;
  llvm::MapVector<Value, SmallVector<unsigned>> results; // of the group, by what they hold
  llvm::DenseMap<Value, Value> keptPlaces;
  std::vector<Row> rows; // at hand
  unsigned pass = 0;     // at hand
};
} // namespace

LogicalResult emitRows(GroupOp group, CpuKernelBuilder &k) {
  Block &body = group.getBody().front();
  for (ReduceOp reduce : body.getOps<ReduceOp>())
    if (!reduce.isOfRows())
      return emitReduce(reduce, k);
  RowPasses plan(group);
  RowEmitter(k, plan).emit();
  return success();
}

} // namespace tenon
