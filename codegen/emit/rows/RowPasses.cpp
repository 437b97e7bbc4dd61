// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowPasses.h.
#include "RowPasses.h"
#include "Elementwise.h"
#include "RowParts.h"

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

RowPasses::RowPasses(GroupOp group) : group(group) {
  findRowDims(longestType());
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
    if (auto join = dyn_cast<JoinOp>(op)) // whose rows may be several dimensions
      compare(join.getParts().front());
    else
      for (Value value : op.getResults())
        if (isMade(value))
          compare(value);
  return longest;
}

void RowPasses::findRowDims(RankedTensorType row) {
  outer = dimNames(row);
  if (row.getRank() == 0 || ShapedType::isDynamic(row.getShape().back()))
    return;
  rowDims.insert(outer.back());
  outer = outer.drop_back();
  for (Operation &op : group.getBody().front())
    if (isView(&op)) {
      rowDims.insert(dimNames(op.getResult(0).getType()).back());
      for (Value operand : op.getOperands())
        rowDims.insert(dimNames(operand.getType()).back());
    }
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
    takeCuts(slice.getX(), -slice.getBegin());
  } else if (auto join = dyn_cast<JoinOp>(op)) {
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

void RowPasses::cutIntoSections(Strip &strip) {
  std::set<int64_t> places{strip.columns};
  for (Value value : strip.stored)
    places.merge(cuts.lookup(value));
  for (ReduceOp reduce : strip.reductions)
    places.merge(cuts.lookup(reduce.getX()));
  int64_t begin = 0;
  for (int64_t end : places) {
    auto same = llvm::find_if(strip.sections,
                              [&](const Sections &other) { return other.columns == end - begin; });
    if (same == strip.sections.end())
      strip.sections.push_back({end - begin, {begin}});
    else
      same->begins.push_back(begin);
    begin = end;
  }
}

} // namespace tenon
