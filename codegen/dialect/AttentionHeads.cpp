// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See AttentionHeads.h.
#include "AttentionHeads.h"

using namespace mlir;

namespace tenon {

/// The heads of q, k or v that come apart.
static int64_t headsOf(Value part) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(part.getType()).getShape();
  return ShapedType::getNumElements(shape.drop_front(2).drop_back());
}

AttentionHeads AttentionHeads::of(ModelOp model, ValueRange inputs, FlatSymbolRefAttr heads) {
  int64_t last = cast<RankedTensorType>(inputs[0].getType()).getShape().back();
  if (!heads)
    return {headsOf(inputs[0]), headsOf(inputs[1]), last, /*isPacked=*/false};
  auto count = static_cast<int64_t>(lookupDim(model, heads.getValue()).getMax());
  return {count, count, last / 3 / count, /*isPacked=*/true};
}

SmallVector<StringAttr> lseDims(ValueRange inputs, FlatSymbolRefAttr heads) {
  ArrayRef<StringAttr> names = dimNames(inputs[0].getType());
  SmallVector<StringAttr> dims{names[0]};
  if (heads)
    dims.push_back(heads.getAttr());
  else
    llvm::append_range(dims, names.drop_front(2).drop_back());
  dims.push_back(names[1]);
  return dims;
}

ArrayRef<StringAttr> dimsBehindTime(ValueRange inputs, Type y, unsigned part) {
  return dimNames(inputs.size() == 1 ? y : inputs[part].getType()).drop_front(2);
}

} // namespace tenon
