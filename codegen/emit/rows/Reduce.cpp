// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A reduction over a dimension that is not the last, or of a size known at run time only: rows that
// lie apart are added up.
#include "Families.h"
#include "Norm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;

namespace tenon {

// What is added up before it is added to the sum, which keeps rounding errors of long sums small.
// The last ones are too, so that zeros behind them, such as padding, change nothing.
static constexpr int64_t rowsAtOnce = 8;

// x is (outer, count, inner, columns), the result (outer, inner, columns).
LogicalResult emitReduce(ReduceOp op, CpuKernelBuilder &k) {
  ArrayRef<StringAttr> names = dimNames(op.getX().getType());
  auto type = cast<RankedTensorType>(op.getX().getType());
  unsigned place = op.getPlace();
  ArrayRef<StringAttr> behind = names.drop_front(place + 1);
  int64_t columns = 1;
  if (!behind.empty() && !ShapedType::isDynamic(type.getShape().back())) {
    columns = type.getShape().back();
    behind = behind.drop_back();
  }
  Type f32 = k.b.getF32Type();
  bool isSum = op.getKind() == Reduction::Sum;
  auto combine = [&](Value x, Value y) -> Value {
    return isSum ? k.addf(x, y) : arith::MaximumFOp::create(k.b, k.loc, x, y).getResult();
  };
  Value source = k.base(op.getX()), target = k.resultBase(0);
  Value inner = k.product(behind), count = k.size(names[place]);
  Value stride = k.mul(inner, columns);
  Value whole = k.mul(k.div(count, rowsAtOnce), rowsAtOnce);
  auto [begin, end] = k.share(k.mul(k.product(names.take_front(place)), inner));
  k.loop(begin, end, 1, [&](Value row) {
    Value outer = k.div(row, inner);
    Value from = k.mul(k.add(k.mul(k.mul(outer, count), inner), k.rem(row, inner)), columns);
    forColumns(
        k, columns, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          Value first = k.add(from, column);
          auto add = [&](Value begin, Value end, int64_t step, ValueRange carried) {
            return k.loop(begin, end, k.index(step), carried, [&](Value i, ValueRange sums) {
              Value at = k.add(first, k.mul(i, stride)), sum = k.load(source, at, f32, lanes);
              for (int64_t next = 1; next < step; ++next) {
                at = k.add(at, stride);
                sum = combine(sum, k.load(source, at, f32, lanes));
              }
              return KernelBuilder::Values{combine(sums[0], sum)};
            });
          };
          Value none = k.splat(isSum ? 0 : -std::numeric_limits<double>::infinity(), lanes);
          KernelBuilder::Values sums = add(k.index(0), whole, rowsAtOnce, none);
          KernelBuilder::Values last = add(whole, count, 1, none);
          k.store(combine(sums[0], last[0]), target, k.add(k.mul(row, columns), column));
        });
  });
  return success();
}

} // namespace tenon
