// See AttentionSpan.h. The scores of all keys of a span come first, then their maximum, then all
// weights, then the weighted values: each is a loop of many independent steps. Queries side by side
// share what is loaded of keys and values; each computes what it would compute alone.
#include "AttentionSpan.h"
#include "Bf16.h"
#include "Gemm.h"
#include "Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

static constexpr double infinity = std::numeric_limits<double>::infinity();

AttentionSpan::AttentionSpan(CpuKernelBuilder &k, const HeadMemory &memory, unsigned most)
    : keys(spanKeys(k.target)), k(k), memory(memory), lanes(k.target.lanes), f32(k.b.getF32Type()) {
  queryLanes = llvm::divideCeil(memory.headSize, memory.group());
  Type stored = storedType(memory.element);
  queries = k.stack(most * queryLanes * memory.group(), stored);
  scoreStack = k.stack(most * keys, f32);
  weights = memory.group() == 1 ? scoreStack : k.stack(most * keys, stored);
  weighted = k.stack(most * memory.headSize, f32);
}

void AttentionSpan::take(Value qkv, ArrayRef<Value> columns) {
  double scale = 1.0 / std::sqrt(static_cast<double>(memory.headSize));
  for (auto [q, from] : llvm::enumerate(columns)) {
    int64_t to = q * queryLanes * memory.group();
    forChannels(k, memory.headSize, [&](Value d, unsigned width) {
      Value x = k.mulf(k.load(qkv, k.add(from, d), f32, width), k.splat(scale, width));
      storeF32As(k, memory.element, x, queries, k.add(d, to));
    });
    if (memory.isOdd())
      storeF32As(k, memory.element, k.splat(0.0, 1), queries, k.index(to + memory.headSize));
  }
}

AttentionSpan::Result AttentionSpan::emit(Value first, Value position, unsigned count) {
  SmallVector<Value> visible;
  for (unsigned q = 0; q < count; ++q)
    visible.push_back(k.min(k.index(keys), k.sub(k.add(position, 1 + q), first)));
  // Neighbours end in the same vector of keys.
  Value vectors = k.div(k.add(visible[0], lanes - 1), lanes);
  scores(first, vectors, count);
  hide(vectors, visible);

  auto at = [&](unsigned q, Value v) { return k.add(k.mul(v, lanes), q * keys); };
  KernelBuilder::Values initial(count, k.splat(-infinity, lanes));
  auto maxima = k.loop(k.index(0), vectors, k.index(1), initial, [&](Value v, ValueRange carried) {
    KernelBuilder::Values next;
    for (unsigned q = 0; q < count; ++q)
      next.push_back(k.maxf(k.load(scoreStack, at(q, v), f32, lanes), carried[q]));
    return next;
  });
  Result result;
  SmallVector<Value> subtrahends;
  for (Value maximum : maxima) {
    Value greatest = k.reduceMax(maximum);
    result.greatest.push_back(greatest);
    // As long as all scores are -infinity their differences to the maximum would be NaN.
    Value none = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, greatest,
                                       k.splat(-infinity, 1));
    Value finite = arith::SelectOp::create(k.b, k.loc, none, k.splat(0.0, 1), greatest);
    subtrahends.push_back(k.broadcast(finite, lanes));
  }
  KernelBuilder::Values zeros(count, k.splat(0.0, lanes));
  auto sums = k.loop(k.index(0), vectors, k.index(1), zeros, [&](Value v, ValueRange carried) {
    KernelBuilder::Values next;
    for (unsigned q = 0; q < count; ++q) {
      Value score = k.load(scoreStack, at(q, v), f32, lanes);
      next.push_back(k.addf(carried[q], weigh(score, subtrahends[q], at(q, v))));
    }
    return next;
  });
  for (Value sum : sums)
    result.sums.push_back(k.reduceAdd(sum));

  // As many channels at once as a tile has accumulators, in equal parts.
  SmallVector<Piece> pieces;
  for (int64_t d = 0; d + lanes <= memory.headSize; d += lanes)
    pieces.push_back({d, lanes});
  pieces.append(tailPieces(memory.headSize, lanes));
  size_t most = std::max(1u, k.target.tileRows * k.target.tileVectors / count);
  size_t part = llvm::divideCeil(pieces.size(), llvm::divideCeil(pieces.size(), most));
  for (size_t i = 0; i < pieces.size(); i += part)
    weighValues(first, ArrayRef(pieces).slice(i).take_front(part), visible);
  return result;
}

void AttentionSpan::scores(Value first, Value vectors, unsigned count) {
  int64_t perBlock = memory.block / lanes;
  auto blockAt = [&](Value b) { return memory.keyStart(k.add(first, k.mul(b, memory.block))); };
  auto blocks = [&](Value end) {
    k.loop(k.index(0), end, 1,
           [&](Value b) { tile(blockAt(b), k.index(0), k.mul(b, memory.block), perBlock, count); });
  };
  // The last block may reach beyond what is seen. Few queries need all of it to be busy.
  if (count < perBlock)
    return blocks(k.div(k.add(vectors, perBlock - 1), perBlock));
  Value whole = k.div(vectors, perBlock);
  blocks(whole);
  Value last = blockAt(whole), from = k.mul(whole, perBlock);
  k.loop(from, vectors, 1,
         [&](Value v) { tile(last, k.mul(k.sub(v, from), lanes), k.mul(v, lanes), 1, count); });
}

/// The scores of `vectors` of keys, from number `within` of a block on, stored from `to` on.
void AttentionSpan::tile(Value blockStart, Value within, Value to, unsigned vectors,
                         unsigned count) {
  Type lane = memory.lane();
  auto query = [&](unsigned q, Value d) { return k.load(queries, k.add(d, q * queryLanes), lane); };
  KernelBuilder::Values sums(count * vectors, k.splat(0.0, lanes));
  sums = gemmTile(
      k, count, vectors, k.index(0), k.index(memory.headSize / memory.group()), sums, query,
      [&](unsigned j, Value d) { return memory.key(blockStart, k.add(within, j * lanes), d); });
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
      k.store(sum, scoreStack, k.add(to, q * keys + j * lanes));
    }
  }
}

/// Sets the scores behind the visible ones to -infinity: they are in the last vector.
void AttentionSpan::hide(Value vectors, ArrayRef<Value> visible) {
  auto numbers = VectorType::get({static_cast<int64_t>(lanes)}, k.b.getIndexType());
  auto lane = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  Value number = arith::ConstantOp::create(
      k.b, k.loc, DenseElementsAttr::get(numbers, ArrayRef<int64_t>(lane)));
  Value last = k.mul(k.sub(vectors, k.index(1)), lanes);
  for (auto [q, count] : llvm::enumerate(visible)) {
    Value limit = vector::BroadcastOp::create(k.b, k.loc, numbers, k.sub(count, last));
    Value below = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, number, limit);
    Value at = k.add(last, q * keys), score = k.load(scoreStack, at, f32, lanes);
    Value hidden = arith::SelectOp::create(k.b, k.loc, below, score, k.splat(-infinity, lanes));
    k.store(hidden, scoreStack, at);
  }
}

/// Stores the weights of a vector of scores as values are multiplied by them, and returns them.
Value AttentionSpan::weigh(Value score, Value greatest, Value at) {
  Value weight = emitExp(k, k.subf(score, greatest));
  if (memory.group() == 2) {
    // The sum is of what was rounded, so that weights sum to 1.
    Value narrow = narrowToBf16(k, weight);
    k.store(narrow, weights, at);
    return widenFromBf16(k, narrow);
  }
  k.store(weight, weights, at);
  return weight;
}

/// weights x values, for a few pieces of the channels.
void AttentionSpan::weighValues(Value first, ArrayRef<Piece> pieces, ArrayRef<Value> visible) {
  int64_t group = memory.group();
  Value start = memory.valueStart(first);
  auto valuesAt = [&](Value j) {
    SmallVector<Value> value;
    Value at = k.add(start, k.mul(j, memory.headSize));
    for (Piece piece : pieces)
      value.push_back(memory.value(k.add(at, piece.offset), piece.lanes));
    return value;
  };
  auto accumulate = [&](unsigned q, Value j, ArrayRef<Value> value, MutableArrayRef<Value> sums) {
    Value weight = k.load(weights, k.add(j, q * keys / group), memory.lane());
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
    if (q > 0)
      more(common, whole, false);
    // What is beside an odd last key may be NaN, which a weight of 0 would not hide.
    if (group == 2)
      more(whole, k.div(k.add(visible[q], 1), 2), true);
    for (auto [piece, sum] : llvm::zip(pieces, own))
      k.store(sum, weighted, k.index(q * memory.headSize + piece.offset));
  }
}

} // namespace tenon
