// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ProductShape.h.
#include "ProductShape.h"
#include "Checks.h"

using namespace mlir;

namespace tenon {

ProductShape ProductShape::of(RankedTensorType x, RankedTensorType weight, RankedTensorType y,
                              bool transposed) {
  ProductShape shape{.transposed = transposed};
  int64_t twice = x.getRank() + weight.getRank() - y.getRank(), summed = twice / 2;
  if (twice % 2 != 0 || summed < 1 || summed > x.getRank() || summed >= weight.getRank() ||
      !weight.hasStaticShape())
    return shape;
  shape.summed = summed;
  shape.made = weight.getRank() - summed;
  for (unsigned dim : shape.dimsOfK())
    shape.depth *= weight.getDimSize(dim);
  for (unsigned dim : shape.dimsOfN())
    shape.columns *= weight.getDimSize(dim);
  return shape;
}

/// Whether the last dimensions of a tensor are those of the weight; false where there are none.
static bool endsWith(RankedTensorType tensor, RankedTensorType weight, ArrayRef<unsigned> dims) {
  int64_t first = tensor.getRank() - static_cast<int64_t>(dims.size());
  return !dims.empty() && first >= 0 && llvm::all_of(llvm::enumerate(dims), [&](auto dim) {
    return sameDim(tensor, first + static_cast<int64_t>(dim.index()), weight, dim.value());
  });
}

bool ProductShape::fitsK(RankedTensorType x, RankedTensorType weight) const {
  return endsWith(x, weight, dimsOfK());
}
bool ProductShape::fitsN(RankedTensorType y, RankedTensorType weight) const {
  return endsWith(y, weight, dimsOfN());
}

SmallVector<unsigned> ProductShape::dimsOfK() const {
  return llvm::to_vector(llvm::seq(transposed ? made : 0, transposed ? made + summed : summed));
}
SmallVector<unsigned> ProductShape::dimsOfN() const {
  return llvm::to_vector(llvm::seq(transposed ? 0 : summed, transposed ? made : summed + made));
}

} // namespace tenon
