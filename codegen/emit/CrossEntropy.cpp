// The kernel family of cross-entropy: one kernel for the tokens, shared over threads, and one for
// their mean, which thread 0 computes in the order of the tokens.
#include "Families.h"
#include "Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

static Value constant(CpuKernelBuilder &k, int32_t value) {
  return arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(value));
}
static Value select(CpuKernelBuilder &k, Value condition, Value yes, Value no) {
  return arith::SelectOp::create(k.b, k.loc, condition, yes, no);
}

/// Folds a row of `columns` floats into one value: lane by lane, then by the fixed tree, then the
/// tail. `map` is applied to every vector first.
static Value foldRow(CpuKernelBuilder &k, Value base, Value start, int64_t columns, Value initial,
                     llvm::function_ref<Value(Value)> map,
                     llvm::function_ref<Value(Value, Value)> combine,
                     llvm::function_ref<Value(Value)> reduce) {
  unsigned lanes = k.target.lanes;
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

static void emitTokens(TokenCrossEntropyOp op, CpuKernelBuilder &k) {
  auto type = cast<RankedTensorType>(op.getType());
  int64_t columns = cast<RankedTensorType>(op.getLogits().getType()).getShape().back();
  Value logits = k.base(op.getLogits()), targets = k.base(op.getTargets());
  Type f32 = k.b.getF32Type(), i32 = k.b.getI32Type();
  auto [begin, end] = k.share(k.rows(type, 0));
  k.loop(begin, end, 1, [&](Value row) {
    Value start = k.mul(row, columns);
    Value max = foldRow(
        k, logits, start, columns, k.splat(-std::numeric_limits<double>::infinity(), 1),
        [](Value x) { return x; }, [&](Value x, Value y) { return k.maxf(x, y); },
        [&](Value x) { return k.reduceMax(x); });
    Value sum = foldRow(
        k, logits, start, columns, k.splat(0.0, 1),
        [&](Value x) { return emitExp(k, k.subf(x, k.broadcast(max, lanesOf(x)))); },
        [&](Value x, Value y) { return k.addf(x, y); }, [&](Value x) { return k.reduceAdd(x); });
    Value target = k.load(targets, row, i32);
    Value counts = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, target,
                                         constant(k, static_cast<int32_t>(columns)));
    // Targets are checked on the host; one out of range reads element 0 and counts as ignored.
    Value safe = arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(),
                                              select(k, counts, target, constant(k, 0)));
    Value hit = k.load(logits, k.add(start, safe), f32);
    Value loss = k.subf(k.addf(emitLog(k, sum), max), hit);
    Value ignored = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::eq, target,
                                          constant(k, op.getIgnore()));
    loss = select(k, ignored, k.splat(0.0, 1), select(k, counts, loss, k.splat(0.0, 1)));
    k.store(loss, k.resultBase(0), row);
  });
}

// The sum runs in double precision: its error does not grow with the number of tokens.
static void emitMean(MaskedMeanOp op, CpuKernelBuilder &k) {
  auto type = cast<RankedTensorType>(op.getX().getType());
  Type f64 = k.b.getF64Type();
  Value zero = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(0.0));
  Value one = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(1.0));
  k.ifThen(k.less(k.thread, k.index(1)), [&] {
    auto totals = k.loop(
        k.index(0), k.rows(type, 0), k.index(1), {zero, zero}, [&](Value row, ValueRange carried) {
          Value target = k.load(k.base(op.getTargets()), row, k.b.getI32Type());
          Value counts = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, target,
                                               constant(k, op.getIgnore()));
          Value x = arith::ExtFOp::create(k.b, k.loc, f64,
                                          k.load(k.base(op.getX()), row, k.b.getF32Type()));
          return KernelBuilder::Values{k.addf(carried[0], select(k, counts, x, zero)),
                                       k.addf(carried[1], select(k, counts, one, zero))};
        });
    Value mean = k.divf(totals[0], k.maxf(totals[1], one));
    k.store(arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), mean), k.resultBase(0),
            k.index(0));
  });
}

LogicalResult emitCrossEntropy(GroupOp group, CpuKernelBuilder &k) {
  for (Operation &op : group.getBody().front()) {
    if (auto tokens = dyn_cast<TokenCrossEntropyOp>(op))
      emitTokens(tokens, k);
    if (auto mean = dyn_cast<MaskedMeanOp>(op))
      emitMean(mean, k);
  }
  return success();
}

} // namespace tenon
