// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowPasses.h.
#include "RowPasses.h"
#include "Elementwise.h"
#include "RowParts.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

RowPasses::RowPasses(GroupOp group) : group(group) {
  findRowDims();
  findLevels();
  Block &body = group.getBody().front();
  for (Value value : body.getTerminator()->getOperands())
    if (isElement(value)) {
      Strip &strip = stripOf(levels.lookup(value), value);
      if (!llvm::is_contained(strip.stored, value))
        strip.stored.push_back(value);
    }
  for (Operation &op : body)
    findCuts(op);
  for (unsigned pass = 0; pass < passes.size(); ++pass) {
    for (const Strip &strip : passes[pass].strips)
      for (ReduceOp reduce : strip.reductions)
        need(reduce.getX(), pass, /*isWhole=*/true);
    for (Strip &strip : passes[pass].strips) {
      for (Value value : strip.stored)
        need(value, pass, /*isWhole=*/true);
      cutIntoSections(strip);
    }
  }
}

/// Of what is reduced, else of what is made.
RankedTensorType RowPasses::longestType() {
  RankedTensorType longest;
  auto compare = [&](Value value) {
    if (!longest || longest.getRank() < typeOf(value).getRank())
      longest = typeOf(value);
  };
  Block &body = group.getBody().front();
  for (ReduceOp reduce : body.getOps<ReduceOp>())
    compare(reduce.getX());
  for (Operation &op : body)
    for (Value value : op.getResults())
      if (isMade(value))
        compare(value);
  return longest;
}

void RowPasses::findRowDims() {
  bool hasViews = false;
  for (Operation &op : group.getBody().front())
    if (isView(&op)) { // all of them have the same outer dimensions
      hasViews = true;
      outer = dimNames(op.getResult(0).getType()).take_front(outerRank(&op));
      rowDims.insert(dimNames(op.getResult(0).getType()).back());
      for (Value operand : op.getOperands())
        rowDims.insert(dimNames(operand.getType()).back());
    }
  if (hasViews)
    return;
  RankedTensorType row = longestType();
  outer = dimNames(row);
  if (row.getRank() == 0 || ShapedType::isDynamic(row.getShape().back()))
    return;
  rowDims.insert(outer.back());
  outer = outer.drop_back();
}

/// The pass that is the first to know each value.
void RowPasses::findLevels() {
  for (Operation &op : group.getBody().front()) {
    unsigned level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, levels.lookup(operand));
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      stripOf(level, reduce.getX()).reductions.push_back(reduce);
      level += 1;
    }
    for (Value result : op.getResults()) {
      levels[result] = level;
      bool isCostly = isLong(&op) || llvm::any_of(op.getOperands(), [&](Value operand) {
                        return costly.contains(operand);
                      });
      if (isCostly && isElement(result))
        costly.insert(result);
    }
  }
}

RowPasses::Strip &RowPasses::stripOf(unsigned pass, Value value) {
  passes.resize(std::max<size_t>(passes.size(), pass + 1));
  for (Strip &strip : passes[pass].strips)
    if (strip.columns == columnsOf(value))
      return strip;
  passes[pass].strips.push_back({columnsOf(value), {}, {}, {}});
  return passes[pass].strips.back();
}

bool RowPasses::isMade(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && op->getParentOp() == group && !isa<GetParamOp, ConstantOp>(op);
}

bool RowPasses::isElement(Value value) const {
  ArrayRef<StringAttr> names = dimNames(value.getType());
  return !names.empty() && rowDims.contains(names.back());
}

unsigned RowPasses::rowRankOf(Value value) const {
  ArrayRef<StringAttr> names = dimNames(value.getType()).drop_back();
  unsigned rank = 1;
  for (; !names.empty() && !llvm::is_contained(outer, names.back()); ++rank)
    names = names.drop_back();
  return rank;
}

int64_t RowPasses::columnsOf(Value value) const {
  return rowColumns(typeOf(value), rowRankOf(value));
}

SmallVector<unsigned> RowPasses::outerPlaces(Value operand) const {
  ArrayRef<StringAttr> names = dimNames(operand.getType());
  return *placesIn(isElement(operand) ? names.drop_back(rowRankOf(operand)) : names, outer);
}

ElementwiseOp RowPasses::summedProduct(ReduceOp reduce) const {
  auto product = reduce.getX().getDefiningOp<ElementwiseOp>();
  bool fits = reduce.getKind() == Reduction::Sum && product && isMade(reduce.getX()) &&
              product.getFunction() == ScalarFunction::multiply && product->hasOneUse();
  return fits ? product : ElementwiseOp();
}

/// Lists what makes a value, in all of its columns where `isWhole`.
void RowPasses::need(Value value, unsigned pass, bool isWhole) {
  if (!isElement(value)) {
    passes[pass].numbers.insert(value);
    return;
  }
  if (!isMade(value)) {
    passes[pass].reads.insert(value);
    return;
  }
  if (auto made = madeIn.find(value);
      made != madeIn.end() && made->second != pass && costly.contains(value)) {
    kept[value] = made->second;
    return;
  }
  if (isWhole)
    madeIn.try_emplace(value, pass);
  Operation *op = value.getDefiningOp();
  if (!needed.insert({op, pass, isWhole}).second)
    return;
  passes[pass].made.insert(op);
  passes[pass].isLong |= isLong(op);
  for (Value operand : op->getOperands())
    need(operand, pass, isWhole && !isa<SliceOp>(op));
}

void RowPasses::findCuts(Operation &op) {
  if (op.getNumResults() != 1 || !isMade(op.getResult(0)) || !isElement(op.getResult(0)))
    return;
  Value result = op.getResult(0);
  std::set<int64_t> places;
  int64_t columns = columnsOf(result);
  auto cutAt = [&](int64_t column) {
    if (column > 0 && column < columns)
      places.insert(column);
  };
  auto takeCuts = [&](Value operand, int64_t shift) {
    for (int64_t column : cuts.lookup(operand))
      cutAt(column + shift);
  };
  if (auto slice = dyn_cast<SliceOp>(op)) {
    for (int64_t column : cuts.lookup(slice.getX()))
      if (column > slice.getBegin())
        cutAt(llvm::divideCeilSigned(column - slice.getBegin(), slice.getStep()));
  } else if (auto join = dyn_cast<JoinOp>(op); join && join.getStep() > 1) {
    for (Value part : join.getParts())
      for (int64_t column : cuts.lookup(part))
        cutAt(column * join.getStep());
  } else if (join) {
    for (auto [part, offset] : llvm::zip_equal(join.getParts(), join.getOffsets())) {
      cutAt(offset);
      takeCuts(part, offset);
      cutAt(offset + columnsOf(part));
    }
  } else {
    for (Value operand : op.getOperands())
      takeCuts(operand, 0);
  }
  cuts[result] = std::move(places);
}

std::pair<Value, RowPasses::Place> RowPasses::partAt(JoinOp join, Place place) {
  int64_t stride = join.getStep();
  for (auto [part, offset] : llvm::zip_equal(join.getParts(), join.getOffsets()))
    if (stride > 1 && place.begin % stride == offset)
      return {part, {place.begin / stride, place.step / stride}};
    else if (stride == 1 && offset <= place.begin && place.begin < offset + viewColumns(join, part))
      return {part, {place.begin - offset, place.step}};
  return {};
}

/// In how many turns elements from a place on have to be made, so that in each of them all are of
/// the same parts.
int64_t RowPasses::turnsOf(Value value, Place place) {
  if (!isMade(value) || !isElement(value))
    return 1;
  std::tuple key(value, place.begin, place.step);
  if (int64_t known = turns.lookup(key))
    return known;
  int64_t result = 1;
  Operation *op = value.getDefiningOp();
  if (auto slice = dyn_cast<SliceOp>(op)) {
    int64_t stride = slice.getStep();
    result = turnsOf(slice.getX(), {slice.getBegin() + stride * place.begin, stride * place.step});
  } else if (auto join = dyn_cast<JoinOp>(op)) {
    int64_t own = join.getStep() / std::gcd(join.getStep(), place.step);
    for (int64_t turn = 0; turn < own; ++turn)
      if (auto [part, at] = partAt(join, {place.begin + turn * place.step, own * place.step}); part)
        result = std::lcm(result, turnsOf(part, at));
    result *= own;
  } else {
    for (Value operand : op->getOperands())
      result = std::lcm(result, turnsOf(operand, place));
  }
  return turns[key] = result;
}

void RowPasses::cutIntoSections(Strip &strip) {
  std::set<int64_t> places{strip.columns};
  for (Value value : strip.stored)
    places.merge(cuts.lookup(value));
  for (ReduceOp reduce : strip.reductions)
    places.merge(cuts.lookup(reduce.getX()));
  auto turnsAt = [&](int64_t column) {
    int64_t result = 1;
    for (Value value : strip.stored)
      result = std::lcm(result, turnsOf(value, {column}));
    for (ReduceOp reduce : strip.reductions)
      result = std::lcm(result, turnsOf(reduce.getX(), {column}));
    return result;
  };
  auto add = [&](int64_t begin, int64_t columns, int64_t turns, int64_t step) {
    auto same = llvm::find_if(strip.sections, [&](const Sections &other) {
      return other.columns == columns && other.turns == turns && other.step == step;
    });
    if (same == strip.sections.end())
      strip.sections.push_back({columns, turns, step, {begin}});
    else
      same->begins.push_back(begin);
  };
  int64_t begin = 0;
  for (int64_t end : places) {
    int64_t turns = turnsAt(begin), columns = (end - begin) / turns;
    if (columns)
      add(begin, columns, turns, /*step=*/turns);
    for (begin += columns * turns; begin < end; ++begin)
      add(begin, /*columns=*/1, /*turns=*/1, /*step=*/turnsAt(begin));
  }
}

} // namespace tenon
