// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of causal self-attention. A query goes over the keys in spans from position 0
// (AttentionSpan); their maxima, sums and weighted values are merged in order (online softmax,
// Milakov and Gimelshein 2018). A few neighbouring queries go side by side, so that a key or value
// that is loaded serves all of them; each computes what it would compute alone: the bits depend on
// a query's position only, not on how a prompt is cut nor on which thread computes a span. For
// training each query also hands out its maximum + log(sum), which is all that the backward needs
// to know of them.
//
// Threads share the pairs (sequence, head): each first adds its new keys and values to the cache,
// then computes its queries, so no thread waits for another. Where that would leave threads idle in
// decoding, they share the spans of all pairs instead, a run of spans each. Whoever has the last
// span of a pair adds the new key and value. Whoever has the first merges as far as its run goes
// and leaves that in scratch memory, as others leave later spans; a stage of its own merges those.
#include "AttentionSpan.h"
#include "Families.h"
#include "kernel/Bf16.h"
#include "kernel/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

/// Spans times channels that the busiest thread must be spared to pay for a stage more: of 64
/// channels a span takes 0.9 us (bf16, AVX-512) or more, a meeting of two threads with the merge
/// 0.5 us.
static constexpr int64_t worthMeeting = 64;

/// Floats that a span of a pair takes in scratch memory: weighted values, greatest score and sum,
/// in lines of their own.
static int64_t partElements(int64_t headSize) { return llvm::alignTo(headSize + 2, 16); }

/// The positions that keys are kept of.
static int64_t contextOf(ModelOp model, RankedTensorType type, FlatSymbolRefAttr cache) {
  if (cache)
    type = cast<StateOp>(SymbolTable::lookupSymbolIn(model, cache)).getTensorType();
  return lookupDim(model, dimNames(type)[1]).getMax();
}

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
    Value pairs = k.mul(k.size(dimNames(qkvType)[0]), heads);
    all = k.div(k.add(k.add(offset, time), spans.keys - 1), spans.keys);
    if (!maySplit) {
      k.stage([&] {
        auto [begin, end] = k.share(pairs);
        from = k.index(0), to = all;
        forPairs(begin, end, [&](Value pair) { computePair(pair); });
      });
      return;
    }
    // Runs of spans, of all pairs one behind the other.
    Value isSplit = splitPays(pairs);
    auto run = [&] {
      auto [begin, end] = k.share(pairs);
      auto [splitBegin, splitEnd] = k.share(k.mul(pairs, all));
      return std::pair(choose(isSplit, splitBegin, k.mul(begin, all)),
                       choose(isSplit, splitEnd, k.mul(end, all)));
    };
    k.stage([&] {
      auto [begin, end] = run();
      Value runBegin = begin, runEnd = end;
      Value pairsEnd = k.div(k.add(end, k.sub(all, k.index(1))), all);
      forPairs(k.div(begin, all), pairsEnd, [&](Value pair) {
        Value first = k.mul(pair, all);
        from = k.sub(runBegin, k.min(runBegin, first));
        to = k.min(k.sub(runEnd, first), all);
        computePair(pair);
      });
    });
    k.ifThen(isSplit, [&] {
      k.stage([&] {
        auto [begin, end] = run();
        Value pair = k.div(end, all), done = k.rem(end, all);
        Value isBegun = k.less(begin, k.add(k.mul(pair, all), 1));
        k.ifThen(both(k.less(k.index(0), done), isBegun), [&] { mergeKept(pair, done); });
      });
    });
  }

private:
  AttentionKernel(CpuKernelBuilder &k, Value input, RankedTensorType type, StringRef headsName,
                  Type keptType, FlatSymbolRefAttr cache)
      : k(k), channels(type.getShape().back()), heads(lookupDim(k.model, headsName).getMax()),
        headSize(channels / heads), context(contextOf(k.model, type, cache)),
        group(k.target.queries), qkvType(cast<RankedTensorType>(input.getType())),
        memory(k, cache ? k.symbols.lookup(cache.getAttr()) : k.scratch, keptType, context,
               headSize),
        spans(k, memory, group), maySplit(cache && context > spans.keys), f32(k.b.getF32Type()) {
    qkv = k.base(input);
    offset = cache ? k.position : k.index(0);
    time = k.size(dimNames(qkvType)[1]);
    greatest = k.own(group, f32);
    sums = k.own(group, f32);
    out = k.own(group * headSize, f32);
  }

  Value choose(Value condition, Value x, Value y) {
    return arith::SelectOp::create(k.b, k.loc, condition, x, y);
  }
  Value both(Value x, Value y) { return arith::AndIOp::create(k.b, k.loc, x, y); }

  /// Whether sharing spans spares the busiest thread more than that stage costs; the same on every
  /// thread. A last span of few keys counts as none.
  Value splitPays(Value pairs) {
    auto most = [&](Value count) {
      return k.div(k.add(count, k.sub(k.shareCount, k.index(1))), k.shareCount);
    };
    Value each = k.div(k.add(k.add(offset, time), spans.keys / 2), spans.keys);
    Value whole = k.mul(most(pairs), each), split = most(k.mul(pairs, each));
    int64_t least = llvm::divideCeil(worthMeeting, headSize);
    return both(k.less(time, k.index(2)), k.less(k.add(split, least - 1), whole));
  }

  void select(Value pair) {
    firstRow = k.mul(k.div(pair, heads), time);
    firstLse = k.mul(pair, time);
    firstPart = k.mul(pair, llvm::divideCeil(context, spans.keys));
    headColumn = k.mul(k.rem(pair, k.index(heads)), headSize);
    memory.select(pair);
  }

  /// The memory of a pair comes nearer while the one before it is computed; with many queries,
  /// reading does not matter.
  void forPairs(Value begin, Value end, llvm::function_ref<void(Value)> body) {
    Value isLone = k.less(time, k.index(2));
    k.loop(begin, end, 1, [&](Value pair) {
      Value next = k.add(pair, 1);
      k.ifThen(both(isLone, k.less(next, end)), [&] { memory.prefetch(next, offset); });
      body(pair);
    });
  }

  /// The spans [from, to) of all queries of a pair.
  void computePair(Value pair) {
    select(pair);
    auto append = [&] {
      memory.append(qkv, [&](Value t, int64_t part) { return column(t, part); }, offset, time);
    };
    if (maySplit)
      k.ifThen(k.less(all, k.add(to, 1)), append);
    else
      append();
    // Groups begin at multiples of their size, so that none lies across two vectors of keys.
    forAligned(k, offset, time, group, [&](Value t, unsigned count) { queries(t, count); });
  }

  /// Where channel 0 of this head lies in qkv: part 0 queries, 1 keys, 2 values.
  Value column(Value t, int64_t part) {
    Value row = k.mul(k.add(firstRow, t), 3 * channels);
    return k.add(k.add(row, part * channels), headColumn);
  }

  /// `count` neighbouring queries from `t` on.
  void queries(Value t, unsigned count) {
    SmallVector<Value> columns;
    for (unsigned q = 0; q < count; ++q)
      columns.push_back(column(k.add(t, q), 0));
    spans.take(qkv, columns);
    Value isFirst, isWhole, isCut; // null where they always are, or never
    if (maySplit && count == 1) {
      isFirst = k.less(from, k.index(1));
      isWhole = both(isFirst, k.less(all, k.add(to, 1)));
      isCut = both(isFirst, k.less(to, all));
    }
    auto made = [&](Value span, Value spanGreatest, Value spanSums) {
      ifThen(isFirst, [&] { merge(span, spanGreatest, spanSums, spans.weighted, k.index(0)); });
      if (isFirst)
        k.ifThen(k.less(k.index(0), from),
                 [&] { keep(span, spans.weighted, spanGreatest, spanSums); });
    };
    spans.emit(from, to, k.add(offset, t), count, made);
    ifThen(isWhole, [&] {
      for (unsigned q = 0; q < count; ++q)
        finish(q, k.add(t, q));
    });
    if (isCut)
      k.ifThen(isCut, [&] {
        Value zero = k.index(0);
        keep(zero, out, k.load(greatest, zero, f32), k.load(sums, zero, f32));
      });
  }

  /// No condition: always.
  void ifThen(Value condition, llvm::function_ref<void()> body) {
    condition ? k.ifThen(condition, body) : body();
  }

  /// Where what was made of a span lies in scratch memory.
  Value partAt(Value span) { return k.mul(k.add(firstPart, span), partElements(headSize)); }

  /// Leaves what was made of a span, or of the spans from the first on, to whoever merges.
  void keep(Value span, Value weighted, Value spanGreatest, Value spanSum) {
    Value part = partAt(span);
    forChannels(k, headSize, [&](Value d, unsigned width) {
      k.store(k.load(weighted, d, f32, width), k.scratch, k.add(part, d));
    });
    k.store(spanGreatest, k.scratch, k.add(part, headSize));
    k.store(spanSum, k.scratch, k.add(part, headSize + 1));
  }

  /// Merges what was kept of a pair: of the first `done` spans together, then of each later one.
  void mergeKept(Value pair, Value done) {
    select(pair);
    auto take = [&](Value span) {
      Value part = partAt(span);
      auto at = [&](int64_t i) { return k.load(k.scratch, k.add(part, i), f32); };
      merge(span, at(headSize), at(headSize + 1), k.scratch, part);
    };
    take(k.index(0));
    k.loop(done, all, 1, take);
    finish(0, k.index(0));
  }

  /// Adds what queries, one a lane, made of a span to what they made of those before; their
  /// weighted values lie from `index` of `base` on.
  void merge(Value span, Value spanGreatest, Value spanSums, Value base, Value index) {
    unsigned count = lanesOf(spanGreatest);
    auto forOutputs = [&](llvm::function_ref<void(unsigned, Value, Value, unsigned)> body) {
      for (unsigned q = 0; q < count; ++q)
        forChannels(k, headSize, [&](Value d, unsigned width) {
          Value at = k.add(d, q * headSize);
          body(q, at, k.load(base, k.add(index, at), f32, width), width);
        });
    };
    Value zero = k.index(0);
    k.ifThen(k.less(span, k.index(1)), [&] {
      k.store(spanGreatest, greatest, zero);
      k.store(spanSums, sums, zero);
      forOutputs([&](unsigned, Value at, Value weighted, unsigned) { k.store(weighted, out, at); });
    });
    k.ifThen(k.less(zero, span), [&] {
      Value before = k.load(greatest, zero, f32, count), max = k.maxf(before, spanGreatest);
      Value subtrahend = subtrahendOf(k, max);
      Value old = emitExp(k, k.subf(before, subtrahend));
      Value added = emitExp(k, k.subf(spanGreatest, subtrahend));
      Value scaledSums = k.mulf(k.load(sums, zero, f32, count), old);
      k.store(max, greatest, zero);
      k.store(k.fma(spanSums, added, scaledSums), sums, zero);
      forOutputs([&](unsigned q, Value at, Value weighted, unsigned width) {
        auto factor = [&](Value of) {
          return k.broadcast(count == 1 ? of : takePiece(k, of, {q, 1}), width);
        };
        Value scaled = k.mulf(k.load(out, at, f32, width), factor(old));
        k.store(k.fma(weighted, factor(added), scaled), out, at);
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
    if (!lse)
      return;
    auto widen = [&](Value x) -> Value {
      return arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(), x);
    };
    Value max = widen(k.load(greatest, k.index(q), f32)), logarithm = widen(emitLog(k, sum));
    k.store(k.addf(max, logarithm), lse, k.add(firstLse, t));
  }

  CpuKernelBuilder &k;
  const int64_t channels, heads, headSize, context;
  const unsigned group; // of queries
  RankedTensorType qkvType;
  HeadMemory memory;
  AttentionSpans spans;
  const bool maySplit; // threads may share the spans of a pair
  Type f32;
  Value lse; // null where nothing is handed out
  Value qkv, offset, time, firstRow, firstLse, headColumn, firstPart;
  Value all, from, to;       // the spans up to the last query's, this share's of the pair
  Value greatest, sums, out; // of the queries so far, the thread's own
};

/// Floats that hold the keys and values of an attention without a cache.
int64_t keptElements(ModelOp model, RankedTensorType result, Type kept) {
  int64_t elements = headElements(contextOf(model, result, {}), result.getShape().back());
  elements *= lookupDim(model, dimNames(result)[0]).getMax();
  return llvm::divideCeil(elements * kept.getIntOrFloatBitWidth(), 32);
}
} // namespace

int64_t attentionScratch(AttentionOp op) {
  ModelOp model = enclosingModel(op);
  if (!op.getCacheAttr())
    return keptElements(model, op.getType(), op.getKeptType());
  int64_t most = 0, context = contextOf(model, op.getType(), op.getCacheAttr());
  for (const Target &target : cpuTargets())
    most = std::max<int64_t>(most, llvm::divideCeil(context, spanKeys(target)));
  if (most == 1)
    return 0; // nothing to share
  int64_t heads = lookupDim(model, op.getHeads()).getMax();
  int64_t batch = lookupDim(model, dimNames(op.getType())[0]).getMax();
  return batch * heads * most * partElements(op.getType().getShape().back() / heads);
}

int64_t attentionScratch(AttentionSavingOp op) {
  return keptElements(enclosingModel(op), cast<RankedTensorType>(op.getResult().getType()),
                      Float32Type::get(op.getContext()));
}

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
