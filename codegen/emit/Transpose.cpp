// See Transpose.h.
#include "Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

// Eklundh 1972: swap the off-diagonal quarters, then do so in each quarter.
SmallVector<Value> transposeVectors(KernelBuilder &k, ArrayRef<Value> vectors) {
  SmallVector<Value> rows(vectors);
  int64_t n = rows.size();
  for (int64_t half = n / 2; half >= 1; half /= 2)
    for (int64_t i = 0; i < n; ++i) {
      if (i & half)
        continue;
      SmallVector<int64_t> upper, lower;
      for (int64_t lane = 0; lane < n; ++lane) {
        bool right = lane & half;
        upper.push_back(right ? n + lane - half : lane);
        lower.push_back(right ? n + lane : lane + half);
      }
      Value x = rows[i], y = rows[i + half];
      rows[i] = vector::ShuffleOp::create(k.b, k.loc, x, y, upper);
      rows[i + half] = vector::ShuffleOp::create(k.b, k.loc, x, y, lower);
    }
  return rows;
}

} // namespace tenon
