// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RowSums.h.
#include "RowSums.h"
#include "ColumnShare.h"

using namespace mlir;

namespace tenon {

static constexpr unsigned sumsAtOnce = 8;

void emitRowSums(CpuKernelBuilder &k, const RowSums &sums) {
  ColumnShare columns =
      sums.rows ? ColumnShare::whole(k, sums.columns) : ColumnShare::of(k, sums.columns);
  Value rows = sums.rows ? sums.rows : k.index(1);
  auto [begin, end] = sums.rows ? k.share(rows) : std::pair(k.index(0), rows);
  Value stride = k.mul(rows, sums.columns); // from one o to the next
  Value whole = k.mul(k.div(sums.outer, sumsAtOnce), sumsAtOnce);
  Type f32 = k.b.getF32Type();
  auto nothing = [](Value, int64_t) {};
  k.loop(begin, end, 1, [&](Value row) {
    Value start = k.mul(row, sums.columns);
    forColumns(k, columns, nothing, [&](Value column, unsigned lanes) {
      Value at = k.add(start, column);
      Value first = sums.adds ? sums.adds->begin(k, at, lanes) : k.splat(0.0, lanes);
      k.store(first, sums.target, at);
    });
    auto add = [&](Value o, unsigned count) {
      Value from = k.add(k.mul(o, stride), start);
      forColumns(k, columns, nothing, [&](Value column, unsigned lanes) {
        Value next = k.add(from, column), sum = k.load(sums.source, next, f32, lanes);
        for (unsigned i = 1; i < count; ++i) {
          next = k.add(next, stride);
          sum = k.addf(sum, k.load(sums.source, next, f32, lanes));
        }
        Value at = k.add(start, column);
        k.store(k.addf(k.load(sums.target, at, f32, lanes), sum), sums.target, at);
      });
    };
    k.loop(k.index(0), whole, sumsAtOnce, [&](Value o) { add(o, sumsAtOnce); });
    k.loop(whole, sums.outer, 1, [&](Value o) { add(o, 1); });
  });
}

} // namespace tenon
