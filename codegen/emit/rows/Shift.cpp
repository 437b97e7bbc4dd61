// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of rows of other tokens: those so many positions before or behind, of the call
// or, before it, of the cache.
#include "Families.h"
#include "Norm.h"

using namespace mlir;

namespace tenon {

namespace {
/// The shifts of a group are those of one tensor, by several distances.
struct ShiftKernel {
  CpuKernelBuilder &k;
  ShiftOp first;
  RankedTensorType type;
  int64_t columns; // of a token
  Value time, x;
  Value kept; // base of the cache; null without one
  int64_t context = 0;

  explicit ShiftKernel(GroupOp group, CpuKernelBuilder &k)
      : k(k), first(*group.getBody().getOps<ShiftOp>().begin()), type(first.getType()),
        columns(ShapedType::getNumElements(type.getShape().drop_front(2))),
        time(k.size(dimNames(type)[1])), x(k.base(first.getX())) {
    if (StateOp cache = cacheOf(first)) {
      kept = k.symbols.lookup(cache.getSymNameAttr());
      context = cache.getTensorType().getDimSize(1);
    }
  }

  /// Row number `from` of `source`, or zeros where that is null, as row `to` of `target`.
  void copy(Value source, Value from, Value target, Value to) {
    Type element = k.b.getF32Type();
    Value begin = k.mul(to, columns), start = source ? k.mul(from, columns) : Value();
    forColumns(
        k, columns, [](Value, int64_t) {},
        [&](Value column, unsigned lanes) {
          Value value =
              source ? k.load(source, k.add(start, column), element, lanes) : k.splat(0, lanes);
          k.store(value, target, k.add(begin, column));
        });
  }

  /// What a shift makes of token t of a sequence whose first token is row `begin`, and whose first
  /// position in the cache is row `keptBegin`.
  void emit(int64_t by, Value target, Value begin, Value keptBegin, Value t) {
    Value row = k.add(begin, t);
    auto zeros = [&] { copy({}, {}, target, row); };
    if (by < 0)
      return k.ifElse(
          k.less(k.add(t, -by), time), [&] { copy(x, k.add(row, -by), target, row); }, zeros);
    Value distance = k.index(by);
    auto earlier = [&] {
      if (!kept)
        return zeros();
      Value position = k.add(k.position, t);
      k.ifElse(k.less(position, distance), zeros,
               [&] { copy(kept, k.add(keptBegin, k.sub(position, distance)), target, row); });
    };
    k.ifElse(k.less(t, distance), earlier, [&] { copy(x, k.sub(row, distance), target, row); });
  }
};
} // namespace

LogicalResult emitShift(GroupOp group, CpuKernelBuilder &k) {
  ShiftKernel kernel(group, k);
  auto yield = cast<YieldOp>(group.getBody().front().getTerminator());
  auto [begin, end] = k.share(k.product(dimNames(kernel.type).take_front(2)));
  k.loop(begin, end, 1, [&](Value row) {
    Value sequence = k.div(row, kernel.time), t = k.rem(row, kernel.time);
    Value first = k.mul(sequence, kernel.time), keptFirst;
    // No position before the call's is written, none from there on is read.
    if (kernel.kept) {
      keptFirst = k.mul(sequence, kernel.context);
      kernel.copy(kernel.x, row, kernel.kept, k.add(keptFirst, k.add(k.position, t)));
    }
    for (auto [i, value] : llvm::enumerate(yield.getValues()))
      kernel.emit(value.getDefiningOp<ShiftOp>().getDistance(), k.resultBase(i), first, keptFirst,
                  t);
  });
  return success();
}

} // namespace tenon
