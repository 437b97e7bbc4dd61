// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See TokenLoss.h.
#include "TokenLoss.h"
#include "Norm.h"
#include "kernel/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

static Value constant(CpuKernelBuilder &k, int32_t value) {
  return arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(value));
}
static Value select(CpuKernelBuilder &k, Value condition, Value yes, Value no) {
  return arith::SelectOp::create(k.b, k.loc, condition, yes, no);
}
static Value compare(CpuKernelBuilder &k, arith::CmpIPredicate predicate, Value x, Value y) {
  return arith::CmpIOp::create(k.b, k.loc, predicate, x, y);
}

/// Folds a row of `columns` floats into one value: lane by lane, then by the fixed tree, then the
/// tail. `map` is applied to every vector first.
static Value foldRow(CpuKernelBuilder &k, Value base, Value start, int64_t columns, Value initial,
                     llvm::function_ref<Value(Value)> map,
                     llvm::function_ref<Value(Value, Value)> combine,
                     llvm::function_ref<Value(Value)> reduce) {
  unsigned lanes = k.target.sumLanes;
  Type f32 = k.b.getF32Type();
  Value total = initial;
  if (columns >= lanes) {
    auto partial = k.loop(k.index(0), k.index(columns - columns % lanes), k.index(lanes),
                          {k.broadcast(initial, lanes)}, [&](Value c, ValueRange carried) {
                            Value x = map(k.load(base, k.add(start, c), f32, lanes));
                            return KernelBuilder::Values{combine(carried[0], x)};
                          });
    total = reduce(partial[0]);
  }
  for (Piece piece : tailPieces(columns, lanes))
    total = combine(total, reduce(map(k.load(base, k.add(start, piece.offset), f32, piece.lanes))));
  return total;
}

TokenLoss::TokenLoss(CpuKernelBuilder &k, Value logits, Value start, int64_t columns, Value target,
                     int32_t ignore)
    : k(k), logits(logits), start(start), columns(columns) {
  Value inside =
      compare(k, arith::CmpIPredicate::ult, target, constant(k, static_cast<int32_t>(columns)));
  Value isAsked = compare(k, arith::CmpIPredicate::ne, target, constant(k, ignore));
  counts = arith::AndIOp::create(k.b, k.loc, inside, isAsked);
  Value safe = select(k, counts, target, constant(k, 0));
  safeTarget = arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), safe);
  max = foldRow(
      k, logits, start, columns, k.splat(-std::numeric_limits<double>::infinity(), 1),
      [](Value x) { return x; }, [&](Value x, Value y) { return k.maxf(x, y); },
      [&](Value x) { return k.reduceMax(x); });
  sum = foldRow(
      k, logits, start, columns, k.splat(0.0, 1),
      [&](Value x) { return emitExp(k, k.subf(x, k.broadcast(max, lanesOf(x)))); },
      [&](Value x, Value y) { return k.addf(x, y); }, [&](Value x) { return k.reduceAdd(x); });
}

Value TokenLoss::value() {
  Value hit = k.load(logits, k.add(start, safeTarget), k.b.getF32Type());
  // Not (log + max) - hit: large logits would swallow the logarithm.
  Value loss = k.subf(emitLog(k, sum), k.subf(hit, max));
  return select(k, counts, loss, k.splat(0.0, 1));
}

void TokenLoss::storeGradient(Value share, Value base, Value to) {
  Type f32 = k.b.getF32Type();
  Value factor = select(k, counts, k.divf(share, sum), k.splat(0.0, 1));
  // Not by the factor alone: infinite logits times 0 would be NaN.
  auto gradient = [&](Value column, unsigned lanes) {
    Value x = k.load(logits, k.add(start, column), f32, lanes);
    Value part = emitExp(k, k.subf(x, k.broadcast(max, lanes)));
    Value y = k.mulf(part, k.broadcast(factor, lanes));
    k.store(select(k, counts, y, k.splat(0.0, lanes)), base, k.add(to, column));
  };
  forColumns(k, columns, [](Value, int64_t) {}, gradient);
  k.ifThen(counts, [&] {
    Value place = k.add(to, safeTarget);
    k.store(k.subf(k.load(base, place, f32), share), base, place);
  });
}

Value countTargets(CpuKernelBuilder &k, Value targets, Value count, int32_t ignore) {
  Value zero = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(0.0));
  Value one = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(1.0));
  return k.loop(k.index(0), count, k.index(1), {zero}, [&](Value i, ValueRange carried) {
    Value target = k.load(targets, i, k.b.getI32Type());
    Value isAsked = compare(k, arith::CmpIPredicate::ne, target, constant(k, ignore));
    return KernelBuilder::Values{k.addf(carried[0], select(k, isAsked, one, zero))};
  })[0];
}

static Value atLeastOne(CpuKernelBuilder &k, Value count) {
  return k.maxf(count, arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(1.0)));
}

Value meanLoss(CpuKernelBuilder &k, Value losses, int64_t offset, Value targets, Value count,
               int32_t ignore) {
  Value zero = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(0.0));
  Value total = k.loop(k.index(0), count, k.index(1), {zero}, [&](Value i, ValueRange carried) {
    Value target = k.load(targets, i, k.b.getI32Type());
    Value isAsked = compare(k, arith::CmpIPredicate::ne, target, constant(k, ignore));
    Value x = arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(),
                                    k.load(losses, k.add(i, offset), k.b.getF32Type()));
    return KernelBuilder::Values{k.addf(carried[0], select(k, isAsked, x, zero))};
  })[0];
  Value mean = k.divf(total, atLeastOne(k, countTargets(k, targets, count, ignore)));
  return arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), mean);
}

Value shareOfToken(CpuKernelBuilder &k, Value dloss, Value targets, Value count, int32_t ignore) {
  Value counted = atLeastOne(k, countTargets(k, targets, count, ignore));
  Value wide = arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(), dloss);
  return arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), k.divf(wide, counted));
}

} // namespace tenon
