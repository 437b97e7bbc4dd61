// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of self-attention. A query goes over the keys in spans from position 0
// (AttentionSpan); their maxima, sums and weighted values are merged in order (online softmax,
// Milakov and Gimelshein 2018). A few neighbouring queries go side by side, so that a key or value
// that is loaded serves all of them; each computes what it would compute alone: the bits depend on
// a query's position only, not on how a prompt is cut nor on which thread computes a span. For
// training each query also hands out its maximum + log(sum), which is all that the backward needs
// to know of them.
//
// Threads share the pairs (sequence, key head): each first adds its new keys and values to the
// cache, then computes their queries, so no thread waits for another. Where that would leave
// threads idle in decoding, they share the spans of all pairs instead, a run of spans each. Whoever
// has the last span of a pair adds the new key and value. Whoever has the first merges as far as
// its run goes and leaves that in scratch memory, as others leave later spans; a stage of its own
// merges those.
//
// Where query heads share a key head, a token's go side by side, so that it reads keys and values
// once; in a prompt threads share the query heads, once all keys and values are there.
#include "AttentionMerge.h"
#include "AttentionSpan.h"
#include "Families.h"
#include "KeyBounds.h"
#include "ScoreFunction.h"
#include "ScoreRegion.h"
#include "kernel/Bf16.h"
#include "kernel/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

/// Spans times channels that the busiest thread must be spared to pay for a stage more: of 64
/// channels a span takes 0.9 us (bf16, AVX-512) or more, a meeting of two threads with the merge
/// 0.5 us.
static constexpr int64_t worthMeeting = 64;

/// The positions that keys are kept of; of a result or an input (B, T, ...) where there is no
/// cache.
static int64_t contextOf(ModelOp model, Type type, FlatSymbolRefAttr cache) {
  if (cache)
    type = cast<StateOp>(SymbolTable::lookupSymbolIn(model, cache)).getTensorType();
  return lookupDim(model, dimNames(type)[1]).getMax();
}

namespace {
/// A query beside others: so many tokens, or heads, behind the first.
struct Query {
  unsigned time, head;
};

struct AttentionKernel {
  AttentionKernel(AttentionOp op, CpuKernelBuilder &k)
      : AttentionKernel(k, op, op.getInputs(), AttentionHeads::of(k.model, op), op.getKeptType(),
                        op.getCacheAttr()) {
    isBidirectional = op.getBidirectional();
  }
  AttentionKernel(AttentionSavingOp op, CpuKernelBuilder &k)
      : AttentionKernel(k, op, op.getInputs(), AttentionHeads::of(k.model, op), k.b.getF32Type(),
                        {}) {
    isBidirectional = op.getBidirectional();
    lse = k.base(op.getLse());
  }

  void emit() {
    Value pairs = k.mul(batch, heads.keys);
    all = k.div(k.add(k.add(offset, time), spans.keys - 1), spans.keys);
    if (bounds) {
      skipped = choose(k.less(time, k.index(2)), firstSpan(offset), k.index(0));
      all = k.sub(all, skipped);
    }
    if (heads.group() == 1)
      return emitPairs(pairs);
    k.ifElse(k.less(time, k.index(2)), [&] { emitPairs(pairs); }, [&] { emitPrompt(pairs); });
  }

private:
  void emitPairs(Value pairs) {
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

  /// Many queries of several heads to each key head: threads share the query heads, when all keys
  /// and values are there.
  void emitPrompt(Value pairs) {
    k.stage([&] {
      auto [begin, end] = k.share(pairs);
      k.loop(begin, end, 1, [&](Value pair) {
        select(pair);
        append();
      });
    });
    k.stage([&] {
      auto [begin, end] = k.share(k.mul(pairs, heads.group()));
      from = k.index(0), to = all;
      k.loop(begin, end, 1, [&](Value number) {
        Value pair = k.div(number, heads.group());
        select(pair);
        turnTo(pair, k.rem(number, k.index(heads.group())));
        headQueries(/*mayBeCut=*/false);
      });
    });
  }

  AttentionKernel(CpuKernelBuilder &k, Operation *op, ValueRange inputs, AttentionHeads heads,
                  Type keptType, FlatSymbolRefAttr cache)
      : k(k), heads(heads), headSize(heads.size), score(k, op),
        context(contextOf(k.model, inputs[0].getType(), cache)), neighbours(k.target.queries),
        memory(k, cache ? k.symbols.lookup(cache.getAttr()) : k.scratch, keptType, context,
               headSize),
        together(headsTogether()),
        spans(k, memory, std::max(neighbours, together), score.scale(headSize)),
        maySplit(cache && context > spans.keys), f32(k.b.getF32Type()),
        merged(k, headSize, std::max(neighbours, together)) {
    queryRows = HeadRows::of(k, inputs, heads, 0);
    keyRows = HeadRows::of(k, inputs, heads, 1);
    valueRows = HeadRows::of(k, inputs, heads, 2);
    ArrayRef<StringAttr> names = dimNames(inputs[0].getType());
    if (Region &region = *scoreOf(op); !region.empty() && !op->hasAttr("bidirectional"))
      bounds = KeyBounds::of(region.front());
    offset = cache ? k.position : k.index(0);
    batch = k.size(names[0]);
    time = k.size(names[1]);
  }

  /// Query heads of a key head that go side by side, as many as registers hold scores of a block of
  /// keys for.
  unsigned headsTogether() const {
    unsigned rows = k.target.rowsOfTile(memory.group() == 2) * k.target.tileVectors;
    int64_t most = std::max<int64_t>(1, rows / (memory.block / k.target.lanes));
    return llvm::divideCeil(heads.group(), llvm::divideCeil(heads.group(), most));
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
    if (bounds)
      each = k.sub(each, k.min(each, skipped));
    Value whole = k.mul(most(pairs), each), split = most(k.mul(pairs, each));
    int64_t least = llvm::divideCeil(worthMeeting, headSize);
    return both(k.less(time, k.index(2)), k.less(k.add(split, least - 1), whole));
  }

  void select(Value pair) {
    firstRow = k.mul(k.div(pair, heads.keys), time);
    selectHead(pair);
    queryColumn = keyColumn = k.mul(k.rem(pair, k.index(heads.keys)), headSize);
    memory.select(pair);
  }

  /// Turns to a query head of a sequence, numbered row-major.
  void selectHead(Value number) {
    headNumber = number;
    firstLse = k.mul(number, time);
    firstPart = k.mul(number, spansOfHead());
  }
  int64_t spansOfHead() const { return llvm::divideCeil(context, spans.keys); }

  /// The query heads of a pair's key head, up to `most` at once: the body gets how many.
  void forHeads(Value pair, int64_t most, llvm::function_ref<void(unsigned)> body) {
    int64_t group = heads.group();
    if (group == 1)
      return body(1);
    int64_t whole = group - group % most;
    k.loop(k.index(0), k.index(whole), most, [&](Value head) {
      turnTo(pair, head);
      body(most);
    });
    if (whole < group) {
      turnTo(pair, k.index(whole));
      body(group - whole);
    }
  }

  /// Turns to one of the query heads of a pair.
  void turnTo(Value pair, Value head) {
    int64_t group = heads.group();
    selectHead(k.add(k.mul(pair, group), head));
    queryColumn = k.add(k.mul(keyColumn, group), k.mul(head, headSize));
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

  /// The spans [from, to) of a pair's queries: of one head, or those of a few at one time.
  void computePair(Value pair) {
    select(pair);
    if (maySplit)
      k.ifThen(k.less(all, k.add(to, 1)), [&] { append(); });
    else
      append();
    if (heads.group() == 1)
      return headQueries(maySplit);
    forHeads(pair, together, [&](unsigned count) {
      SmallVector<Query> side;
      for (unsigned head = 0; head < count; ++head)
        side.push_back({0, head});
      queries(k.index(0), side, /*times=*/1, maySplit);
    });
  }

  void append() { memory.append(keyRows, valueRows, firstRow, keyColumn, offset, time); }

  /// The queries of a head. Groups begin at multiples of their size, so that none lies across two
  /// vectors of keys. `mayBeCut`: another thread may have spans of a lone query.
  void headQueries(bool mayBeCut) {
    forAligned(k, offset, time, neighbours, [&](Value t, unsigned count) {
      SmallVector<Query> side;
      for (unsigned q = 0; q < count; ++q)
        side.push_back({q, 0});
      queries(t, side, count, mayBeCut && count == 1);
    });
  }

  /// Where channel 0 of a query's head lies in rows of all heads.
  Value place(const HeadRows &rows, Value t, Query query) {
    Value row = k.add(firstRow, k.add(t, query.time));
    return rows.at(k, row, k.add(queryColumn, query.head * headSize));
  }

  /// The first span of which a query at `position` may see a key: of the query and its neighbours,
  /// whether they are computed with it or not.
  Value firstSpan(Value position) {
    Value first = k.sub(position, k.rem(position, k.index(neighbours)));
    if (bounds->behind > 0)
      first = k.sub(first, k.min(first, k.index(bounds->behind)));
    return k.div(first, spans.keys);
  }

  /// Where a query is among all of the call.
  ScoreFunction::Query placeOf(Value t, Query query) {
    Value time = k.add(t, query.time), heads = k.index(this->heads.queries);
    return {k.div(headNumber, heads), time, k.add(offset, time),
            k.add(k.rem(headNumber, heads), query.head)};
  }

  /// Queries side by side, the first at `t`: `times` neighbours of one head, or those of several
  /// heads at one time.
  void queries(Value t, ArrayRef<Query> side, unsigned times, bool mayBeCut) {
    SmallVector<Value> columns;
    for (Query query : side)
      columns.push_back(place(queryRows, t, query));
    spans.take(queryRows.base, columns);
    Value isFirst, isWhole, isCut; // null where they always are, or never
    if (mayBeCut) {
      isFirst = k.less(from, k.index(1));
      isWhole = both(isFirst, k.less(all, k.add(to, 1)));
      isCut = both(isFirst, k.less(to, all));
    }
    Value begin = from, end = to, first; // of the spans
    if (bounds) {
      first = firstSpan(k.add(offset, t));
      begin = k.add(from, skipped), end = k.add(to, skipped);
      begin = choose(k.less(begin, first), first, begin);
    }
    auto made = [&](Value span, Value spanGreatest, Value spanSums) {
      if (first)
        span = k.sub(span, first);
      ifThen(isFirst,
             [&] { merged.add(span, spanGreatest, spanSums, spans.weighted, k.index(0)); });
      if (isFirst)
        k.ifThen(k.less(k.index(0), from),
                 [&] { keep(span, spans.weighted, spanGreatest, spanSums); });
    };
    SmallVector<ScoreFunction::Numbers> numbers;
    if (score)
      for (Query query : side)
        numbers.push_back(score.numbers(placeOf(t, query)));
    auto function = [&](unsigned q, Value products, Value key) {
      return ScoreFunction::Elements(score, numbers[q], products, key).made();
    };
    spans.emit(begin, end,
               {.position = k.add(offset, t),
                .end = isBidirectional ? time : Value(),
                .times = times,
                .count = static_cast<unsigned>(side.size()),
                .score = score ? AttentionSpans::Score(function) : AttentionSpans::Score()},
               made);
    ifThen(isWhole, [&] {
      for (auto [q, query] : llvm::enumerate(side))
        finish(q, t, query);
    });
    if (isCut)
      k.ifThen(isCut, [&] {
        Value zero = k.index(0);
        unsigned count = side.size();
        keep(zero, merged.out, k.load(merged.greatest, zero, f32, count),
             k.load(merged.sums, zero, f32, count));
      });
  }

  /// No condition: always.
  void ifThen(Value condition, llvm::function_ref<void()> body) {
    condition ? k.ifThen(condition, body) : body();
  }

  /// Where what was made of a span lies in scratch memory.
  Value partAt(Value span) { return k.mul(k.add(firstPart, span), partElements(headSize)); }

  /// Leaves what heads at one time made of a span, or of the spans from the first on, to whoever
  /// merges.
  void keep(Value span, Value weighted, Value spanGreatest, Value spanSums) {
    merged.keep(partAt(span), spansOfHead() * partElements(headSize), weighted, spanGreatest,
                spanSums);
  }

  /// Merges what was kept of a pair: of the first `done` spans together, then of each later one.
  void mergeKept(Value pair, Value done) {
    select(pair);
    auto take = [&](Value span) {
      Value part = partAt(span);
      auto at = [&](int64_t i) { return k.load(k.scratch, k.add(part, i), f32); };
      merged.add(span, at(headSize), at(headSize + 1), k.scratch, part);
    };
    forHeads(pair, 1, [&](unsigned) {
      take(k.index(0));
      k.loop(done, all, 1, take);
      finish(0, k.index(0), {0, 0});
    });
  }

  /// Writes the mean of the values of query number `q` of those side by side.
  void finish(unsigned q, Value t, Query query) {
    Value result = k.resultBase(0), sum = k.load(merged.sums, k.index(q), f32);
    Type element = cast<RankedTensorType>(k.group.getResult(0).getType()).getElementType();
    Value target = place({result, heads.queryChannels(), 0}, t, query);
    Value factor = k.divf(k.splat(1.0, 1), sum), isNone;
    if (score) { // the greatest score has weight 1, unless it is -infinity
      isNone = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, sum, k.splat(0.0, 1));
      factor = choose(isNone, k.splat(0.0, 1), factor);
    }
    forChannels(k, headSize, [&](Value d, unsigned width) {
      Value total = k.load(merged.out, k.add(d, q * headSize), f32, width);
      Value mean = k.mulf(total, k.broadcast(factor, width));
      storeF32As(k, element, mean, result, k.add(target, d));
    });
    if (!lse)
      return;
    auto widen = [&](Value x) -> Value {
      return arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(), x);
    };
    Value max = widen(k.load(merged.greatest, k.index(q), f32)), logarithm = widen(emitLog(k, sum));
    Value row = query.head == 0 ? firstLse : k.add(firstLse, k.mul(time, query.head));
    Value logSum = k.addf(max, logarithm);
    if (isNone)
      logSum = choose(isNone, widen(k.splat(0.0, 1)), logSum);
    k.store(logSum, lse, k.add(row, k.add(t, query.time)));
  }

  CpuKernelBuilder &k;
  const AttentionHeads heads;
  const int64_t headSize;
  ScoreFunction score;
  const int64_t context;
  const unsigned neighbours; // queries of one head, side by side
  HeadMemory memory;
  const unsigned together; // query heads of one key head, side by side
  AttentionSpans spans;
  const bool maySplit; // threads may share the spans of a pair
  Type f32;
  AttentionMerge merged; // of the queries side by side
  std::optional<KeyBounds> bounds;
  bool isBidirectional = false;
  Value lse; // null where nothing is handed out
  HeadRows queryRows, keyRows, valueRows;
  Value offset, batch, time, firstRow, firstLse, keyColumn, queryColumn, firstPart;
  Value headNumber;    // of the query head, among those of all sequences
  Value skipped;       // spans of which a lone query sees nothing; null where there are none
  Value all, from, to; // the spans behind those up to the last query's, this share's of the pair
};

/// Floats that hold the keys and values of an attention without a cache.
template <class Attention>
int64_t keptElements(Attention op, Type kept) {
  ModelOp model = enclosingModel(op);
  Type input = op.getInputs()[0].getType();
  int64_t elements =
      headElements(contextOf(model, input, {}), AttentionHeads::of(model, op).keyChannels());
  elements *= lookupDim(model, dimNames(input)[0]).getMax();
  return llvm::divideCeil(elements * kept.getIntOrFloatBitWidth(), 32);
}
} // namespace

int64_t attentionScratch(AttentionOp op) {
  if (!op.getCacheAttr())
    return keptElements(op, op.getKeptType());
  ModelOp model = enclosingModel(op);
  int64_t most = 0, context = contextOf(model, op.getType(), op.getCacheAttr());
  for (const Target &target : cpuTargets())
    most = std::max<int64_t>(most, llvm::divideCeil(context, spanKeys(target)));
  if (most == 1)
    return 0; // nothing to share
  AttentionHeads heads = AttentionHeads::of(model, op);
  int64_t batch = lookupDim(model, dimNames(op.getType())[0]).getMax();
  return batch * heads.queries * most * partElements(heads.size);
}

int64_t attentionScratch(AttentionSavingOp op) {
  return keptElements(op, Float32Type::get(op.getContext()));
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
