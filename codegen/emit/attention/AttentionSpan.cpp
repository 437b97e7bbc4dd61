// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See AttentionSpan.h. The scores of all keys of a strip come first, then of each span their
// maximum, the weights and their sum, then the weighted values: each is a loop of many independent
// steps. Queries side by side share what is loaded of keys and values; each computes what it would
// compute alone.
#include "AttentionSpan.h"
#include "kernel/Bf16.h"
#include "kernel/Math.h"
#include "products/Gemm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

static constexpr double infinity = std::numeric_limits<double>::infinity();

Value subtrahendOf(KernelBuilder &k, Value greatest) {
  unsigned lanes = lanesOf(greatest);
  Value none = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, greatest,
                                     k.splat(-infinity, lanes));
  return arith::SelectOp::create(k.b, k.loc, none, k.splat(0.0, lanes), greatest);
}

AttentionSpans::AttentionSpans(CpuKernelBuilder &k, const HeadMemory &memory, unsigned most,
                               double scale)
    : keys(spanKeys(k.target)), k(k), memory(memory), stripLength(stripKeys(k.target)),
      scale(scale), lanes(memory.group() == 1 ? k.target.sumLanes : k.target.lanes),
      f32(k.b.getF32Type()) {
  queryLanes = llvm::divideCeil(memory.headSize, memory.group());
  Type stored = storedType(memory.element);
  queries = k.own(most * queryLanes * memory.group(), stored);
  scoreStack = k.own(most * stripLength, f32);
  weights = memory.group() == 1 ? scoreStack : k.own(most * stripLength, stored);
  weighted = k.own(most * memory.headSize, f32);
  maxima = k.own(most * stripLength / keys, f32);
  sums = k.own(most * stripLength / keys, f32);
}

void AttentionSpans::take(Value base, ArrayRef<Value> columns) {
  for (auto [q, from] : llvm::enumerate(columns)) {
    int64_t to = q * queryLanes * memory.group();
    forChannels(k, memory.headSize, [&](Value d, unsigned width) {
      Value x = k.mulf(k.load(base, k.add(from, d), f32, width), k.splat(scale, width));
      storeF32As(k, memory.element, x, queries, k.add(d, to));
    });
    if (memory.isOdd())
      storeF32As(k, memory.element, k.splat(0.0, 1), queries, k.index(to + memory.headSize));
  }
}

void AttentionSpans::emit(Value begin, Value end, const Queries &queries, Use use) {
  SmallVector<Value> ends; // of the keys that each query goes over; neighbours see the same spans
  for (unsigned q = 0; q < (queries.end ? 1 : queries.times); ++q) {
    Value own = queries.end ? queries.end : k.add(queries.position, 1 + q);
    ends.push_back(k.min(k.mul(end, keys), own));
  }
  k.loop(k.mul(begin, keys), ends[0], stripLength, [&](Value first) {
    SmallVector<Value> visible;
    for (Value last : ends)
      visible.push_back(k.min(k.index(stripLength), k.sub(last, first)));
    visible.resize(queries.count, visible[0]); // heads at one time see the same keys
    strip(first, visible, queries.score, use);
  });
}

/// The spans from key `first` on, of which each query sees `visible` keys.
void AttentionSpans::strip(Value first, ArrayRef<Value> visible, Score score, Use use) {
  unsigned count = visible.size();
  // Neighbours end in the same vector of keys.
  Value vectors = k.div(k.add(visible[0], lanes - 1), lanes);
  scores(first, vectors, count);
  if (score)
    k.loop(k.index(0), vectors, 1, [&](Value v) {
      Value within = k.mul(v, lanes);
      for (unsigned q = 0; q < count; ++q) {
        Value at = k.add(within, q * stripLength);
        Value made = score(q, k.load(scoreStack, at, f32, lanes), k.add(first, within));
        k.store(made, scoreStack, at);
      }
    });
  hide(vectors, visible);
  k.loop(k.index(0), vectors, keys / lanes,
         [&](Value vector) { weigh(k.div(vector, keys / lanes), vectors, count); });

  // As many channels at once as a tile has accumulators, in equal parts.
  SmallVector<Piece> pieces;
  unsigned wide = k.target.lanes;
  for (int64_t d = 0; d + wide <= memory.headSize; d += wide)
    pieces.push_back({d, wide});
  pieces.append(tailPieces(memory.headSize, wide));
  size_t most = std::max(1u, k.target.tileRows * k.target.tileVectors / count);
  size_t part = llvm::divideCeil(pieces.size(), llvm::divideCeil(pieces.size(), most));
  k.loop(k.index(0), visible[0], keys, [&](Value within) {
    SmallVector<Value> seen;
    for (Value all : visible)
      seen.push_back(!seen.empty() && all == visible[0] ? seen[0]
                                                        : k.min(k.index(keys), k.sub(all, within)));
    for (size_t i = 0; i < pieces.size(); i += part)
      weighValues(first, within, ArrayRef(pieces).slice(i).take_front(part), seen);
    Value span = k.div(within, keys);
    Value result = k.mul(span, count);
    use(k.add(k.div(first, keys), span), k.load(maxima, result, f32, count),
        k.load(sums, result, f32, count));
  });
}

/// The weights of one span of a strip that has `vectors` of keys, their maxima and sums.
void AttentionSpans::weigh(Value span, Value vectors, unsigned count) {
  Value begin = k.mul(span, keys / lanes), end = k.min(k.add(begin, keys / lanes), vectors);
  auto at = [&](unsigned q, Value v) { return k.add(k.mul(v, lanes), q * stripLength); };
  auto result = [&](unsigned q) { return k.add(k.mul(span, count), q); };
  KernelBuilder::Values initial(count, k.splat(-infinity, lanes));
  auto greatest = k.loop(begin, end, k.index(1), initial, [&](Value v, ValueRange carried) {
    KernelBuilder::Values next;
    for (unsigned q = 0; q < count; ++q)
      next.push_back(k.maxf(k.load(scoreStack, at(q, v), f32, lanes), carried[q]));
    return next;
  });
  SmallVector<Value> subtrahends;
  for (auto [q, vector] : llvm::enumerate(greatest)) {
    Value maximum = k.reduceMax(vector);
    k.store(maximum, maxima, result(q));
    subtrahends.push_back(k.broadcast(subtrahendOf(k, maximum), lanes));
  }
  KernelBuilder::Values zeros(count, k.splat(0.0, lanes));
  auto total = k.loop(begin, end, k.index(1), zeros, [&](Value v, ValueRange carried) {
    KernelBuilder::Values next;
    for (unsigned q = 0; q < count; ++q) {
      Value score = k.load(scoreStack, at(q, v), f32, lanes);
      next.push_back(k.addf(carried[q], weighVector(score, subtrahends[q], at(q, v))));
    }
    return next;
  });
  for (auto [q, vector] : llvm::enumerate(total))
    k.store(k.reduceAdd(vector), sums, result(q));
}

void AttentionSpans::scores(Value first, Value vectors, unsigned count) {
  int64_t perBlock = memory.block / lanes;
  auto blockAt = [&](Value b) { return memory.keyStart(k.add(first, k.mul(b, memory.block))); };
  auto blocks = [&](Value end) {
    k.loop(k.index(0), end, 1,
           [&](Value b) { tile(blockAt(b), k.index(0), k.mul(b, memory.block), perBlock, count); });
  };
  // The last block may reach beyond what is seen. Few queries need all of it to be busy.
  if (count < memory.block / k.target.lanes)
    return blocks(k.div(k.add(vectors, perBlock - 1), perBlock));
  Value whole = k.div(vectors, perBlock);
  blocks(whole);
  Value last = blockAt(whole), from = k.mul(whole, perBlock);
  k.loop(from, vectors, 1,
         [&](Value v) { tile(last, k.mul(k.sub(v, from), lanes), k.mul(v, lanes), 1, count); });
}

/// The scores of `vectors` of keys, from number `within` of a block on, stored from `to` on.
void AttentionSpans::tile(Value blockStart, Value within, Value to, unsigned vectors,
                          unsigned count) {
  Type lane = memory.lane();
  auto query = [&](unsigned q, Value d) { return k.load(queries, k.add(d, q * queryLanes), lane); };
  KernelBuilder::Values sums(count * vectors, k.splat(0.0, lanes));
  sums = gemmTile(k, count, vectors, k.index(0), k.index(memory.headSize / memory.group()), sums,
                  query, [&](unsigned j, Value d) {
                    return memory.key(blockStart, k.add(within, j * lanes), d, lanes);
                  });
  for (unsigned j = 0; j < vectors; ++j) {
    Value last;
    if (memory.isOdd())
      last = memory.lastKey(blockStart, k.add(within, j * lanes));
    for (unsigned q = 0; q < count; ++q) {
      Value &sum = sums[q * vectors + j];
      if (last) {
        Value x = k.broadcast(query(q, k.index(queryLanes - 1)), lanes);
        sum = multiplyAdd(k, x, last, sum);
      }
      k.store(sum, scoreStack, k.add(to, q * stripLength + j * lanes));
    }
  }
}

/// Sets the scores behind the visible ones to -infinity: they are in the last vector.
void AttentionSpans::hide(Value vectors, ArrayRef<Value> visible) {
  auto numbers = VectorType::get({static_cast<int64_t>(lanes)}, k.b.getIndexType());
  auto lane = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  Value number = arith::ConstantOp::create(
      k.b, k.loc, DenseElementsAttr::get(numbers, ArrayRef<int64_t>(lane)));
  Value last = k.mul(k.sub(vectors, k.index(1)), lanes);
  for (auto [q, count] : llvm::enumerate(visible)) {
    Value limit = vector::BroadcastOp::create(k.b, k.loc, numbers, k.sub(count, last));
    Value below = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, number, limit);
    Value at = k.add(last, q * stripLength), score = k.load(scoreStack, at, f32, lanes);
    Value hidden = arith::SelectOp::create(k.b, k.loc, below, score, k.splat(-infinity, lanes));
    k.store(hidden, scoreStack, at);
  }
}

/// Stores the weights of a vector of scores as values are multiplied by them, and returns them.
Value AttentionSpans::weighVector(Value score, Value subtrahend, Value at) {
  Value weight = emitExp(k, k.subf(score, subtrahend));
  if (memory.group() == 2) {
    // The sum is of what was rounded, so that weights sum to 1.
    Value narrow = narrowToBf16(k, weight);
    k.store(narrow, weights, at);
    return widenFromBf16(k, narrow);
  }
  k.store(weight, weights, at);
  return weight;
}

/// weights x values of the span from number `within` of a strip on, for a few pieces of the
/// channels.
void AttentionSpans::weighValues(Value first, Value within, ArrayRef<Piece> pieces,
                                 ArrayRef<Value> visible) {
  int64_t group = memory.group();
  Value start = memory.valueStart(k.add(first, within)), firstWeight = k.div(within, group);
  auto valuesAt = [&](Value j) {
    SmallVector<Value> value;
    Value at = k.add(start, k.mul(j, memory.headSize));
    for (Piece piece : pieces)
      value.push_back(memory.value(k.add(at, piece.offset), piece.lanes));
    return value;
  };
  auto accumulate = [&](unsigned q, Value j, ArrayRef<Value> value, MutableArrayRef<Value> sums) {
    Value at = k.add(k.add(firstWeight, j), q * stripLength / group);
    Value weight = k.load(weights, at, memory.lane());
    for (auto [sum, x] : llvm::zip(sums, value))
      sum = multiplyAdd(k, k.broadcast(weight, lanesOf(x)), x, sum);
  };
  KernelBuilder::Values sums;
  for (size_t q = 0; q < visible.size(); ++q)
    for (Piece piece : pieces)
      sums.push_back(k.splat(0.0, piece.lanes));
  // All queries see what the first one sees; a later one sees some keys more.
  Value common = k.div(visible[0], group);
  sums = k.loop(k.index(0), common, k.index(1), sums, [&](Value j, ValueRange carried) {
    KernelBuilder::Values next(carried);
    SmallVector<Value> value = valuesAt(j);
    for (unsigned q = 0; q < visible.size(); ++q)
      accumulate(q, j, value, MutableArrayRef<Value>(next).slice(q * pieces.size(), pieces.size()));
    return next;
  });
  for (unsigned q = 0; q < visible.size(); ++q) {
    KernelBuilder::Values own(ArrayRef<Value>(sums).slice(q * pieces.size(), pieces.size()));
    auto more = [&](Value from, Value to, bool half) {
      own = k.loop(from, to, k.index(1), own, [&](Value j, ValueRange carried) {
        KernelBuilder::Values next(carried);
        SmallVector<Value> value = valuesAt(j);
        if (half)
          for (Value &x : value)
            x = lowerOfPairs(k, x);
        accumulate(q, j, value, next);
        return next;
      });
    };
    Value whole = k.div(visible[q], group);
    if (visible[q] != visible[0])
      more(common, whole, false);
    // What is beside an odd last key may be NaN, which a weight of 0 would not hide.
    if (group == 2)
      more(whole, k.div(k.add(visible[q], 1), 2), true);
    for (auto [piece, sum] : llvm::zip(pieces, own))
      k.store(sum, weighted, k.index(q * memory.headSize + piece.offset));
  }
}

} // namespace tenon
