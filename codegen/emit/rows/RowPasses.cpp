// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowPasses.h.
#include "RowPasses.h"
#include "Elementwise.h"

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

RowPasses::RowPasses(GroupOp group) : group(group) {
  Block &body = group.getBody().front();
  for (Operation &op : body)
    for (Value value : op.getOperands())
      if (auto reduce = dyn_cast<ReduceOp>(op);
          reduce && (!row || row.getRank() < typeOf(value).getRank()))
        row = typeOf(value);
  for (Operation &op : body)
    for (Value value : op.getResults())
      if (isMade(value) && (!row || row.getRank() < typeOf(value).getRank()))
        row = typeOf(value);
  outer = dimNames(row);
  if (row.getRank() > 0 && !ShapedType::isDynamic(row.getShape().back())) {
    columns = row.getShape().back();
    outer = outer.drop_back();
  }

  for (Operation &op : body) {
    unsigned level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, levels.lookup(operand));
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      passes.resize(std::max<size_t>(passes.size(), level + 1));
      passes[level].reductions.push_back(reduce);
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
  for (Value value : body.getTerminator()->getOperands())
    if (isElement(value)) {
      unsigned level = levels.lookup(value);
      passes.resize(std::max<size_t>(passes.size(), level + 1));
      if (!llvm::is_contained(passes[level].stored, value))
        passes[level].stored.push_back(value);
    }
  for (unsigned pass = 0; pass < passes.size(); ++pass) {
    for (ReduceOp reduce : passes[pass].reductions)
      need(reduce.getX(), pass);
    for (Value value : passes[pass].stored)
      need(value, pass);
  }
}

bool RowPasses::isMade(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && op->getParentOp() == group && !isa<GetParamOp, ConstantOp>(op);
}

bool RowPasses::isElement(Value value) const {
  if (columns == 0)
    return false;
  auto places = placesIn(typeOf(value), row);
  return places && !places->empty() && places->back() + 1 == row.getRank();
}

SmallVector<unsigned> RowPasses::outerPlaces(Value operand) const {
  SmallVector<unsigned> places = *placesIn(typeOf(operand), row);
  if (isElement(operand))
    places.pop_back();
  return places;
}

ElementwiseOp RowPasses::summedProduct(ReduceOp reduce) const {
  auto product = reduce.getX().getDefiningOp<ElementwiseOp>();
  bool fits = reduce.getKind() == Reduction::Sum && product && isMade(reduce.getX()) &&
              product.getFunction() == ScalarFunction::multiply && product->hasOneUse();
  return fits ? product : ElementwiseOp();
}

void RowPasses::need(Value value, unsigned pass) {
  if (!isElement(value)) {
    passes[pass].numbers.insert(value);
    return;
  }
  if (!isMade(value)) {
    passes[pass].reads.insert(value);
    return;
  }
  auto [made, isNew] = madeIn.try_emplace(value, pass);
  if (made->second != pass && costly.contains(value)) {
    kept[value] = made->second;
    return;
  }
  Operation *op = value.getDefiningOp();
  if (!passes[pass].made.insert(op))
    return;
  passes[pass].isLong |= isLong(op);
  for (Value operand : op->getOperands())
    need(operand, pass);
}

} // namespace tenon
