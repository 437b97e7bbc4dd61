// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of rows: elementwise operations and reductions over the last dimension, in as
// many passes over a row as they need. The row lies in the first-level cache meanwhile.
#include "Elementwise.h"
#include "Families.h"
#include "RowPasses.h"
#include "Turns.h"
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
      for (const RowPasses::Strip &strip : pass.strips)
        reduces |= !strip.reductions.empty();
      isLong |= pass.isLong;
    }
    // Rows of which parts are taken are short: heads.
    bool hasViews =
        llvm::any_of(k.group.getBody().front(), [](Operation &op) { return isView(&op); });
    isPrefetched = !reduces && !hasViews;
    rowsAtOnce = (reduces || hasViews) && !isLong ? k.target.rowsBeside(mostRowsAtOnce) : 1;
    auto yield = cast<YieldOp>(k.group.getBody().front().getTerminator());
    for (auto [i, value] : llvm::enumerate(yield.getValues()))
      results[value].push_back(i);
    for (auto &[value, pass] : plan.kept)
      if (!placeOfResult(value))
        keptPlaces[value] = k.own(rowsAtOnce * plan.columnsOf(value), k.b.getF32Type());
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
  using Place = RowPasses::Place;
  /// What is made of each value, by the place of its row where a section begins.
  using Made = llvm::DenseMap<std::tuple<Value, int64_t, int64_t>, Value>;
  /// Some columns of a row, in a walk over sections of the same form: `lanes` of them, from
  /// `column` of each section on, which has `count`.
  struct Columns {
    Value column;
    unsigned lanes;
    int64_t count;
    Made made;

    /// The element of a row where they begin, of a section that begins at a place.
    Value at(KernelBuilder &k, Place place) const {
      return k.add(place.step == 1 ? column : k.mul(column, place.step), place.begin);
    }
  };

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

  /// The elements of a value at `columns` of the section that begins at a place of its row.
  Value element(unsigned number, Value value, Place place, Columns &columns) {
    std::tuple key(value, place.begin, place.step);
    if (Value known = columns.made.lookup(key))
      return known;
    Value result = makeElement(number, value, place, columns);
    return columns.made[key] = result;
  }

  Value makeElement(unsigned number, Value value, Place place, Columns &columns) {
    Row &row = rows[number];
    unsigned lanes = columns.lanes;
    if (!plan.isElement(value))
      return k.broadcast(row.numbers.lookup(value), lanes);
    Value column = columns.at(k, place);
    if (auto along = value.getDefiningOp<AlongOp>())
      return emitAlong(k, along, column, lanes, place.step);
    auto before = runBefore(place.begin, place.step, columns.count, plan.columnsOf(value));
    if (!plan.isMade(value)) {
      Value at = row.starts.lookup(value);
      return loadEvery(k, k.base(value), at ? k.add(at, column) : column, elementOf(value), lanes,
                       place.step, before);
    }
    auto found = plan.kept.find(value);
    bool isKept = found != plan.kept.end();
    if (isKept && found->second < pass)
      return loadEvery(k, keptBase(value), keptAt(number, value, column), k.b.getF32Type(), lanes,
                       place.step, before);
    Operation *op = value.getDefiningOp();
    Value result;
    if (auto slice = dyn_cast<SliceOp>(op)) {
      int64_t step = slice.getStep();
      result = element(number, slice.getX(),
                       {slice.getBegin() + step * place.begin, step * place.step}, columns);
    } else if (auto join = dyn_cast<JoinOp>(op)) {
      auto [part, at] = RowPasses::partAt(join, place); // no section goes on to the next
      result = part ? element(number, part, at, columns) : k.splat(0.0, lanes);
    } else if (isa<TrainingDropoutOp>(op) && place.step > 1 && lanes > 1) {
      result = dropEach(number, op, place, columns);
    } else {
      auto operand = [&](Value other) { return element(number, other, place, columns); };
      result = emitElement(k, op, operand, row.index, column, /*inner=*/1, place.begin);
    }
    if (isKept && !placeOfResult(value))
      storeEvery(k, k.b.getF32Type(), result, keptBase(value), keptAt(number, value, column),
                 place.step);
    return result;
  }

  /// Elements by whose number random words are drawn, and which are not side by side.
  Value dropEach(unsigned number, Operation *dropout, Place place, Columns &columns) {
    Value x = element(number, dropout->getOperand(0), place, columns);
    Value column = columns.at(k, place), result = k.splat(0.0, columns.lanes);
    for (unsigned lane = 0; lane < columns.lanes; ++lane) {
      auto operand = [&](Value) { return takePiece(k, x, {lane, 1}); };
      Value one = emitElement(k, dropout, operand, rows[number].index,
                              k.add(column, lane * place.step), /*inner=*/1, place.begin);
      result = insertPiece(k, one, result, lane);
    }
    return result;
  }

  Value keptBase(Value value) {
    auto result = placeOfResult(value);
    return result ? k.resultBase(*result) : keptPlaces.lookup(value);
  }
  Value keptAt(unsigned number, Value value, Value column) {
    if (placeOfResult(value))
      return k.add(rowStart(number, value), column);
    return k.add(column, number * plan.columnsOf(value));
  }
  Value rowStart(unsigned number, Value value) {
    return k.mul(rows[number].index, plan.columnsOf(value));
  }

  /// What a pass does at some columns of sections of a row: stores, and hands on what is reduced.
  void visit(unsigned number, const RowPasses::Strip &strip, const RowPasses::Sections &sections,
             Value column, unsigned lanes,
             llvm::function_ref<void(size_t reduction, Value x, Value factor)> reduced) {
    Columns columns{column, lanes, sections.columns, Made()};
    for (int64_t begin : sections.begins) {
      for (Value value : strip.stored) {
        KernelBuilder::Values turns;
        for (int64_t turn = 0; turn < sections.turns; ++turn)
          turns.push_back(element(number, value, {begin + turn, sections.step}, columns));
        Value at = columns.at(k, {begin, sections.turns});
        for (unsigned result : results.lookup(value)) {
          Value index = k.add(rowStart(number, value), at);
          if (sections.turns == 1)
            storeF32As(k, elementOf(value), turns.front(), k.resultBase(result), index);
          else
            storeTurns(k, elementOf(value), turns, k.resultBase(result), index);
        }
      }
      for (size_t i = 0; i < strip.reductions.size(); ++i)
        for (int64_t turn = 0; turn < sections.turns; ++turn) {
          ReduceOp reduce = strip.reductions[i];
          Place place{begin + turn, sections.step};
          if (ElementwiseOp product = plan.summedProduct(reduce)) {
            Value x = element(number, product.getInputs()[0], place, columns);
            reduced(i, x, element(number, product.getInputs()[1], place, columns));
          } else {
            reduced(i, element(number, reduce.getX(), place, columns), {});
          }
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
            row.starts[value] = k.mul(at, plan.columnsOf(value));
    }
    for (const RowPasses::Strip &strip : own.strips) {
      unsigned vectors = chainVectors(own.made.getArrayRef(), strip.columns);
      if (strip.reductions.empty())
        emitStores(strip, vectors * k.target.lanes);
      else
        emitReductions(strip, vectors * k.target.sumLanes);
    }
  }

  void emitReductions(const RowPasses::Strip &strip, unsigned width) {
    size_t count = strip.reductions.size();
    auto reducer = [&](size_t i) {
      ReduceOp reduce = strip.reductions[i];
      return Reducer{k, reduce.getKind()};
    };
    // Adds what a visit hands on to `sum`, which is null where nothing was added before.
    auto add = [&](size_t i, Value &sum, Value x, Value factor) {
      if (factor)
        sum = sum ? k.fma(x, factor, sum) : k.mulf(x, factor);
      else
        sum = sum ? reducer(i).combine(sum, x) : x;
    };
    unsigned mostVectors = plan.passes[pass].isLong ? 1 : turnVectors;
    KernelBuilder::Values sums;
    for (size_t at = 0; at < rows.size() * count; ++at)
      sums.push_back(reducer(at % count).none(width));
    for (const RowPasses::Sections &sections : strip.sections) {
      auto turn = [&](Value column, unsigned vectors, ValueRange carried) {
        KernelBuilder::Values sums(carried);
        KernelBuilder::Values parts(sums.size());
        for (unsigned v = 0; v < vectors; ++v)
          for (unsigned row = 0; row < rows.size(); ++row)
            visit(row, strip, sections, k.add(column, v * width), width,
                  [&](size_t i, Value x, Value factor) {
                    size_t at = row * count + i;
                    add(i, vectors == 1 ? sums[at] : parts[at], x, factor);
                  });
        if (vectors > 1)
          for (size_t at = 0; at < sums.size(); ++at)
            sums[at] = reducer(at % count).combine(sums[at], parts[at]);
        return sums;
      };
      int64_t extent = mostVectors * width, blocks = sections.columns / extent * extent;
      if (blocks)
        sums = k.loop(
            k.index(0), k.index(blocks), k.index(extent), sums,
            [&](Value column, ValueRange carried) { return turn(column, mostVectors, carried); });
      if (int64_t rest = (sections.columns - blocks) / width)
        sums = turn(k.index(blocks), rest, sums);
    }
    bool hasVectors = llvm::any_of(
        strip.sections, [&](const RowPasses::Sections &each) { return each.columns >= width; });
    for (unsigned row = 0; row < rows.size(); ++row) {
      KernelBuilder::Values totals(count);
      if (hasVectors)
        for (size_t i = 0; i < count; ++i)
          totals[i] = reducer(i).ofLanes(sums[row * count + i]);
      for (const RowPasses::Sections &sections : strip.sections)
        for (Piece piece : tailPieces(sections.columns, width))
          visit(row, strip, sections, k.index(piece.offset), piece.lanes,
                [&](size_t i, Value x, Value factor) {
                  Value part;
                  add(i, part, x, factor);
                  part = reducer(i).ofLanes(part);
                  totals[i] = totals[i] ? reducer(i).combine(totals[i], part) : part;
                });
      for (size_t i = 0; i < count; ++i) {
        ReduceOp reduce = strip.reductions[i];
        rows[row].numbers[reduce.getResult()] = totals[i];
      }
    }
  }

  void emitStores(const RowPasses::Strip &strip, unsigned width) {
    auto nothing = [](size_t, Value, Value) {};
    for (const RowPasses::Sections &sections : strip.sections) {
      auto columns = [&](Value column, unsigned lanes) {
        for (unsigned row = 0; row < rows.size(); ++row) {
          if (isPrefetched)
            for (Value value : plan.passes[pass].reads)
              if (Value at = rows[row].starts.lookup(value))
                for (int64_t begin : sections.begins)
                  k.prefetchRun(k.base(value),
                                k.add(k.add(at, k.add(column, begin)), elementsAhead),
                                elementOf(value), lanes);
          visit(row, strip, sections, column, lanes, nothing);
        }
      };
      if (sections.columns >= width)
        k.loop(k.index(0), k.index(sections.columns - sections.columns % width), width,
               [&](Value column) { columns(column, width); });
      for (Piece piece : tailPieces(sections.columns, width))
        columns(k.index(piece.offset), piece.lanes);
    }
  }

  CpuKernelBuilder &k;
  const RowPasses &plan;
  bool isPrefetched;
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
