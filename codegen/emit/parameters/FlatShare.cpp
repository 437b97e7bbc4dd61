// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See FlatShare.h.
#include "FlatShare.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <numeric>

using namespace mlir;

namespace tenon {

void shareAll(KernelBuilder &k, ArrayRef<int64_t> counts,
              llvm::function_ref<void(unsigned, Value, Value)> body) {
  auto [begin, end] = k.share(k.index(std::accumulate(counts.begin(), counts.end(), int64_t(0))));
  int64_t first = 0;
  for (auto [i, count] : llvm::enumerate(counts)) {
    auto within = [&, count = count](Value at) -> Value {
      Value low = k.index(first), high = k.index(first + count);
      Value above = arith::MaxUIOp::create(k.b, k.loc, at, low);
      return k.sub(k.min(above, high), low);
    };
    Value from = within(begin);
    Value to = within(end);
    body(i, from, to);
    first += count;
  }
}

} // namespace tenon
