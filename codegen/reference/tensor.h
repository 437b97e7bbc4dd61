// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor of the reference: row-major doubles. Integers of 32 bits are exact in them.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <vector>

namespace tenon::reference {

struct Tensor {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> values; // row-major, as many as the product of shape

  static Tensor zeros(llvm::ArrayRef<int64_t> shape) {
    Tensor result{llvm::SmallVector<int64_t>(shape), {}};
    result.values.resize(result.product());
    return result;
  }
  /// The last dimension; 1 for a scalar.
  int64_t last() const { return shape.empty() ? 1 : shape.back(); }
  /// The product of all dimensions but the last.
  int64_t rows() const { return last() ? product() / last() : 0; }
  /// The product of the dimensions from `first` on.
  int64_t product(size_t first = 0) const {
    int64_t count = 1;
    for (int64_t size : llvm::ArrayRef(shape).drop_front(first))
      count *= size;
    return count;
  }
  double *row(int64_t index) { return values.data() + index * last(); }
  const double *row(int64_t index) const { return values.data() + index * last(); }
};

} // namespace tenon::reference
