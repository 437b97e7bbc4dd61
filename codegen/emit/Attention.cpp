// The kernel family of causal self-attention. Threads share the pairs (sequence, head): each first
// adds its new keys and values to the cache, then computes its queries, so no thread waits for
// another. A query goes over the keys in spans from position 0 (AttentionSpan); their maxima, sums
// and weighted values are merged in order (online softmax, Milakov and Gimelshein 2018). A few
// neighbouring queries go side by side, so that a key or value that is loaded serves all of them;
// each computes what it would compute alone: the bits depend on a query's position only, not on how
// a prompt is cut. For training each query also hands out its maximum + log(sum), which is all that
// the backward needs to know of them.
#include "AttentionSpan.h"
#include "Bf16.h"
#include "Families.h"
#include "Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

namespace {
struct AttentionKernel {
  AttentionKernel(AttentionOp op, CpuKernelBuilder &k)
      : AttentionKernel(k, op.getQkv(), op.getType(), op.getHeads(), op.getKeptType(),
                        op.getCacheAttr()) {}
  AttentionKernel(AttentionSavingOp op, CpuKernelBuilder &k)
      : AttentionKernel(k, op.getQkv(), cast<RankedTensorType>(op.getResult().getType()),
                        op.getHeads(), k.b.getF32Type(), {}) {
    lse = k.base(op.getLse());
  }

  void emit() {
    Value batch = k.size(dimNames(qkvType)[0]);
    auto [begin, end] = k.share(k.mul(batch, heads));
    k.loop(begin, end, 1, [&](Value pair) {
      firstRow = k.mul(k.div(pair, heads), time);
      firstLse = k.mul(pair, time);
      headColumn = k.mul(k.rem(pair, k.index(heads)), headSize);
      memory.select(pair);
      memory.append(qkv, [&](Value t, int64_t part) { return column(t, part); }, offset, time);
      // Groups begin at multiples of their size, so that none lies across two vectors of keys.
      forAligned(k, offset, time, group, [&](Value t, unsigned count) { queries(t, count); });
    });
  }

private:
  AttentionKernel(CpuKernelBuilder &k, Value input, RankedTensorType type, StringRef headsName,
                  Type keptType, FlatSymbolRefAttr cache)
      : k(k), channels(type.getShape().back()), heads(lookupDim(k.model, headsName).getMax()),
        headSize(channels / heads), group(k.target.queries),
        qkvType(cast<RankedTensorType>(input.getType())),
        memory(k, cache ? k.symbols.lookup(cache.getAttr()) : k.scratch, keptType, contextOf(cache),
               headSize),
        span(k, memory, group), f32(k.b.getF32Type()) {
    qkv = k.base(input);
    offset = cache ? k.position : k.index(0);
    time = k.size(dimNames(qkvType)[1]);
    greatest = k.stack(group, f32);
    sums = k.stack(group, f32);
    out = k.stack(group * headSize, f32);
  }

  int64_t contextOf(FlatSymbolRefAttr cache) const {
    StringAttr name = dimNames(qkvType)[1];
    if (cache) {
      auto state = cast<StateOp>(SymbolTable::lookupSymbolIn(k.model, cache));
      name = dimNames(state.getType())[1];
    }
    return lookupDim(k.model, name).getMax();
  }

  /// Where channel 0 of this head lies in qkv: part 0 queries, 1 keys, 2 values.
  Value column(Value t, int64_t part) {
    Value row = k.mul(k.add(firstRow, t), 3 * channels);
    return k.add(k.add(row, part * channels), headColumn);
  }

  /// `count` neighbouring queries from `t` on.
  void queries(Value t, unsigned count) {
    Value position = k.add(offset, t);
    SmallVector<Value> columns;
    for (unsigned q = 0; q < count; ++q)
      columns.push_back(column(k.add(t, q), 0));
    span.take(qkv, columns);
    k.loop(k.index(0), k.add(position, 1), span.keys, [&](Value first) {
      AttentionSpan::Result result = span.emit(first, position, count);
      for (unsigned q = 0; q < count; ++q)
        merge(q, first, result.greatest[q], result.sums[q]);
    });
    for (unsigned q = 0; q < count; ++q)
      finish(q, k.add(t, q));
  }

  /// Adds what a query made of the span from key `first` on to what it made of those before.
  void merge(unsigned q, Value first, Value spanGreatest, Value spanSum) {
    auto weightedAt = [&](Value d, unsigned width) {
      return k.load(span.weighted, k.add(d, q * headSize), f32, width);
    };
    k.ifThen(k.less(first, k.index(1)), [&] {
      k.store(spanGreatest, greatest, k.index(q));
      k.store(spanSum, sums, k.index(q));
      forChannels(k, headSize, [&](Value d, unsigned width) {
        k.store(weightedAt(d, width), out, k.add(d, q * headSize));
      });
    });
    k.ifThen(k.less(k.index(0), first), [&] {
      Value before = k.load(greatest, k.index(q), f32), max = k.maxf(before, spanGreatest);
      // As long as all scores are -infinity their differences to the maximum would be NaN.
      Value none =
          arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, max, k.splat(-infinity, 1));
      Value finite = arith::SelectOp::create(k.b, k.loc, none, k.splat(0.0, 1), max);
      Value old = emitExp(k, k.subf(before, finite));
      Value added = emitExp(k, k.subf(spanGreatest, finite));
      Value sum = k.mulf(k.load(sums, k.index(q), f32), old);
      k.store(max, greatest, k.index(q));
      k.store(k.fma(spanSum, added, sum), sums, k.index(q));
      forChannels(k, headSize, [&](Value d, unsigned width) {
        Value at = k.add(d, q * headSize);
        Value scaled = k.mulf(k.load(out, at, f32, width), k.broadcast(old, width));
        k.store(k.fma(weightedAt(d, width), k.broadcast(added, width), scaled), out, at);
      });
    });
  }

  /// Writes the mean of the values, of query number `q` at `t`.
  void finish(unsigned q, Value t) {
    Value result = k.resultBase(0), sum = k.load(sums, k.index(q), f32);
    Type element = cast<RankedTensorType>(k.group.getResult(0).getType()).getElementType();
    Value target = k.add(k.mul(k.add(firstRow, t), channels), headColumn);
    Value factor = k.divf(k.splat(1.0, 1), sum);
    forChannels(k, headSize, [&](Value d, unsigned width) {
      Value total = k.load(out, k.add(d, q * headSize), f32, width);
      Value mean = k.mulf(total, k.broadcast(factor, width));
      storeF32As(k, element, mean, result, k.add(target, d));
    });
    if (lse)
      k.store(k.addf(k.load(greatest, k.index(q), f32), emitLog(k, sum)), lse, k.add(firstLse, t));
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();

  CpuKernelBuilder &k;
  const int64_t channels, heads, headSize;
  const unsigned group; // of queries
  RankedTensorType qkvType;
  HeadMemory memory;
  AttentionSpan span;
  Type f32;
  Value lse; // null where nothing is handed out
  Value qkv, offset, time, firstRow, firstLse, headColumn;
  Value greatest, sums, out; // of the queries so far, on the stack
};
} // namespace

LogicalResult emitAttention(GroupOp group, CpuKernelBuilder &k) {
  for (Operation &op : group.getBody().front()) {
    if (auto attention = dyn_cast<AttentionOp>(op))
      AttentionKernel(attention, k).emit();
    else if (auto saving = dyn_cast<AttentionSavingOp>(op))
      AttentionKernel(saving, k).emit();
  }
  return success();
}

} // namespace tenon
