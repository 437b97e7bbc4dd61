// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of attention's backward. Threads share the pairs (sequence, key head), which
// have nothing in common. A pair goes over the keys in blocks; for each block over the query heads
// that use them, in order, and over the queries that see it, in blocks as well. The weights P =
// exp(scores - lse) of a block of queries and keys, and their gradients G = P (dy . v - dy . y),
// lie in memory of the thread's own, then give their terms of dq, dk and dv: five small products,
// all by one routine (BlockProduct). dk and dv gather there too, dq in the result, not scaled
// before the last keys have been added; the first block of keys, which every query sees, begins it.
// A score function is worked out again of the products, and its derivative takes G to the gradient
// of these.
#include "Families.h"
#include "ScoreFunction.h"
#include "kernel/Math.h"
#include "kernel/Transpose.h"
#include "memory/AttentionCache.h"
#include "products/BlockProduct.h"
#include "products/Gemm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

namespace {
/// What a second-level cache holds beside what is read: the blocks of a head of 128 channels fit.
constexpr int64_t mostBlockFloats = 56 * 1024;

struct AttentionBackwardKernel {
  AttentionBackwardKernel(AttentionBackwardOp op, CpuKernelBuilder &k)
      : op(op), k(k), heads(AttentionHeads::of(k.model, op)), headSize(heads.size), score(k, op),
        isBidirectional(op.getBidirectional()) {
    lanes = k.target.lanes;
    padded = llvm::alignTo(headSize, lanes);
    scale = score.scale(headSize);
    f32 = k.b.getF32Type();
    ArrayRef<StringAttr> names = dimNames(op.getY().getType());
    batch = k.size(names[0]);
    time = k.size(names[1]);
    for (unsigned part : {0, 1, 2}) {
      inputs[part] = HeadRows::of(k, op.getInputs(), heads, part);
      gradients[part] = HeadRows::of(k, op.getGradients(), heads, part);
    }
    y = {k.base(op.getY()), heads.queryChannels(), 0};
    dy = {k.base(op.getDy()), heads.queryChannels(), 0};
    lse = k.base(op.getLse());
  }

  LogicalResult emit() {
    if (failed(allocate()))
      return failure();
    auto [begin, end] = k.share(k.mul(batch, heads.keys));
    k.loop(begin, end, 1, [&](Value number) {
      headNumber = number;
      pair = k.mul(number, time);
      firstRow = k.mul(k.div(number, heads.keys), time);
      queryColumn = keyColumn = k.mul(k.rem(number, k.index(heads.keys)), headSize);
      forHeads(number, [&] { k.loop(k.index(0), time, 1, [&](Value t) { subtrahend(t); }); });
      k.loop(k.index(0), time, block, [&](Value firstKey) {
        Value count = k.min(k.index(block), k.sub(time, firstKey));
        beginKeys(firstKey, count);
        forHeads(number, [&] {
          Value first = isBidirectional ? k.index(0) : firstKey;
          k.loop(first, time, block, [&](Value query) { queryBlock(query, firstKey, count); });
        });
        scatter(keyGradient, firstKey, count, gradients[1]);
        scatter(valueGradient, firstKey, count, gradients[2]);
      });
    });
    return success();
  }

private:
  /// Queries and keys in a block: many, since what is loaded for a block then serves many. 64 where
  /// a register holds 16; where vectors are shorter their number would leave tiles of 4 rows, and
  /// tiles of 6, 8 and 12 rows divide 48. Fewer for wide heads.
  LogicalResult allocate() {
    auto floats = [&] { return 8 * block * padded + 2 * block * block; };
    int64_t least = lanes; // the smallest block
    int64_t widest = (mostBlockFloats - 2 * least * least) / (8 * least) / lanes * lanes;
    if (headSize > widest)
      return op.emitError("heads of ")
             << headSize << " channels are too wide for attention's backward on " << k.target.name
             << ", which takes up to " << widest << "; use more heads";
    for (int64_t size : {64, 48, 32, 16, 8, 4}) {
      block = size;
      if (size == 64 && lanes < 16)
        continue;
      if (size % lanes == 0 && floats() <= mostBlockFloats)
        break;
    }
    auto make = [&](int64_t width) { return k.own(block * width, f32); };
    keys = make(padded), keysT = make(padded), valuesT = make(padded);
    keyGradient = make(padded), valueGradient = make(padded);
    queries = make(padded), dyBlock = make(padded), queryGradient = make(padded);
    weights = make(block), weightGradient = make(block);
    return success();
  }

  // Rows of a head in tensors, and in blocks, where they are padded by zeros to whole vectors.

  /// The query heads of a pair's key head, one after the other.
  void forHeads(Value number, llvm::function_ref<void()> body) {
    int64_t group = heads.group();
    if (group == 1)
      return body();
    k.loop(k.index(0), k.index(group), 1, [&](Value i) {
      headNumber = k.add(k.mul(number, group), i);
      pair = k.mul(headNumber, time);
      queryColumn = k.add(k.mul(keyColumn, group), k.mul(i, headSize));
      body();
    });
  }

  /// Channel 0 of the query head, or of the key head, at `t`.
  Value ofQuery(const HeadRows &rows, Value t) {
    return rows.at(k, k.add(firstRow, t), queryColumn);
  }
  Value ofKey(const HeadRows &rows, Value t) { return rows.at(k, k.add(firstRow, t), keyColumn); }

  void fill(Value base, Value from, Value to) {
    k.loop(from, to, lanes, [&](Value i) { k.store(k.splat(0.0, lanes), base, i); });
  }

  /// Copies `count` rows to a block, times `factor`; zeros behind them and their channels.
  void gather(const HeadRows &source, Value first, Value count, Value into, double factor = 1) {
    k.loop(k.index(0), count, 1, [&](Value i) {
      Value from = k.add(first, k.mul(i, source.width)), to = k.mul(i, padded);
      if (padded != headSize)
        k.store(k.splat(0.0, lanes), into, k.add(to, padded - lanes));
      forChannels(k, headSize, [&](Value d, unsigned width) {
        Value x = k.load(source.base, k.add(from, d), f32, width);
        if (factor != 1)
          x = k.mulf(x, k.splat(factor, width));
        k.store(x, into, k.add(to, d));
      });
    });
    fill(into, k.mul(count, padded), k.index(block * padded));
  }

  /// Copies `count` rows to a gradient, where it is asked for.
  void scatter(Value source, Value t, Value count, const HeadRows &gradient) {
    if (!gradient.base)
      return;
    k.loop(k.index(0), count, 1, [&](Value i) {
      Value from = k.mul(i, padded), to = ofKey(gradient, k.add(t, i));
      forChannels(k, headSize, [&](Value d, unsigned width) {
        k.store(k.load(source, k.add(from, d), f32, width), gradient.base, k.add(to, d));
      });
    });
  }

  /// (keys, D) to (D, keys).
  void transpose(Value from, Value to) {
    k.loop(k.index(0), k.index(block), lanes, [&](Value key) {
      k.loop(k.index(0), k.index(padded), lanes, [&](Value d) {
        Value source = k.add(k.mul(key, padded), d), target = k.add(k.mul(d, block), key);
        SmallVector<Value> vectors;
        for (unsigned i = 0; i < lanes; ++i)
          vectors.push_back(k.load(from, k.add(source, i * padded), f32, lanes));
        for (auto [i, vector] : llvm::enumerate(transposeVectors(k, vectors)))
          k.store(vector, to, k.add(target, i * block));
      });
    });
  }

  /// dy . y of a query, which is the mean of dy . v by its weights, kept in scratch memory.
  void subtrahend(Value t) {
    unsigned lanes = k.target.sumLanes;
    Value at = ofQuery(y, t), whole = k.index(headSize - headSize % lanes);
    auto term = [&](Value d, unsigned valid, Value sum) {
      return k.fma(loadPadded(k, dy.base, k.add(at, d), valid, lanes),
                   loadPadded(k, y.base, k.add(at, d), valid, lanes), sum);
    };
    Value sum = k.loop(k.index(0), whole, k.index(lanes), k.splat(0.0, lanes),
                       [&](Value d, ValueRange carried) {
                         return KernelBuilder::Values{term(d, lanes, carried[0])};
                       })[0];
    if (unsigned valid = headSize % lanes)
      sum = term(whole, valid, sum);
    k.store(k.reduceAdd(sum), k.scratch, k.add(pair, t));
  }

  void beginKeys(Value first, Value count) {
    gather(inputs[2], ofKey(inputs[2], first), count, queryGradient); // not in use yet
    transpose(queryGradient, valuesT);
    gather(inputs[1], ofKey(inputs[1], first), count, keys);
    transpose(keys, keysT);
    fill(keyGradient, k.index(0), k.index(block * padded));
    fill(valueGradient, k.index(0), k.index(block * padded));
  }

  /// `keyCount` keys from firstKey on.
  void queryBlock(Value first, Value firstKey, Value keyCount) {
    Value count = k.min(k.index(block), k.sub(time, first));
    // Query i sees the keys up to ahead + i, all of them in both directions.
    Value ahead = isBidirectional ? k.index(block) : k.sub(first, firstKey);
    gather(inputs[0], ofQuery(inputs[0], first), count, queries, scale);
    gather(dy, ofQuery(dy, first), count, dyBlock);
    using Bounds = std::pair<Value, Value>;
    auto before = [&](Value i) { return k.sub(i, k.min(i, ahead)); };

    // (queries, keys) = (queries, D) (D, keys); nothing for queries before the keys.
    BlockBounds overChannels{
        [&](Value key) { return Bounds(before(key), count); },
        [&](Value, unsigned) { return Bounds(k.index(0), k.index(headSize)); }};
    BlockProduct scores{.a = queries,
                        .aRow = padded,
                        .aTerm = 1,
                        .b = keysT,
                        .bTerm = block,
                        .out = weights,
                        .outRow = block,
                        .rows = block,
                        .columns = block,
                        .adds = false,
                        .widest = 32}; // of a block on the diagonal a quarter is left out
    emitBlockProduct(k, scores, overChannels);
    BlockProduct byValue = scores;
    byValue.a = dyBlock, byValue.b = valuesT, byValue.out = weightGradient;
    emitBlockProduct(k, byValue, overChannels);
    k.loop(k.index(0), count, 1, [&](Value i) { weigh(i, first, firstKey, ahead, keyCount); });

    // (keys, D) = (keys, queries) (queries, D); a key gets nothing from the queries before it.
    BlockBounds overQueries{[&](Value) { return Bounds(k.index(0), k.index(block)); },
                            [&](Value key, unsigned) { return Bounds(before(key), count); }};
    BlockProduct byKey{.a = weights,
                       .aRow = 1,
                       .aTerm = block,
                       .b = dyBlock,
                       .bTerm = padded,
                       .out = valueGradient,
                       .outRow = padded,
                       .rows = block,
                       .columns = padded,
                       .adds = true};
    emitBlockProduct(k, byKey, overQueries);
    byKey.a = weightGradient, byKey.b = queries, byKey.out = keyGradient;
    emitBlockProduct(k, byKey, overQueries);

    if (!gradients[0].base)
      return;
    // (queries, D) = (queries, keys) (keys, D); a query gets nothing from the keys behind it.
    BlockBounds overKeys{[&](Value) { return Bounds(k.index(0), count); },
                         [&](Value query, unsigned rows) {
                           Value visible = k.add(k.add(ahead, query), rows);
                           return Bounds(k.index(0), k.min(k.index(block), visible));
                         }};
    // One chain of additions over all keys, so that the bits do not depend on the blocks' size.
    k.ifElse(
        k.less(k.index(0), firstKey),
        [&] {
          k.loop(k.index(0), count, 1, [&](Value i) {
            copyQueryGradient(i, first, [&](Value place, Value at, unsigned width) {
              k.store(k.load(gradients[0].base, at, f32, width), queryGradient, place);
            });
          });
        },
        [&] { fill(queryGradient, k.index(0), k.index(block * padded)); });
    emitBlockProduct(k,
                     {.a = weightGradient,
                      .aRow = block,
                      .aTerm = 1,
                      .b = keys,
                      .bTerm = padded,
                      .out = queryGradient,
                      .outRow = padded,
                      .rows = block,
                      .columns = padded,
                      .adds = true},
                     overKeys);
    // The last keys that these queries see: the diagonal's, or all.
    Value behind = isBidirectional ? k.add(firstKey, block) : k.add(firstKey, k.index(1));
    Value end = isBidirectional ? time : k.add(first, 1);
    Value factor =
        arith::SelectOp::create(k.b, k.loc, k.less(behind, end), k.splat(1, 1), k.splat(scale, 1));
    k.loop(k.index(0), count, 1, [&](Value i) {
      copyQueryGradient(i, first, [&](Value place, Value at, unsigned width) {
        Value sum = k.load(queryGradient, place, f32, width);
        k.store(k.mulf(sum, k.broadcast(factor, width)), gradients[0].base, at);
      });
    });
  }

  /// Scores and dy . v of query i become the weights and the gradients of its products with keys, 0
  /// for keys that it cannot see.
  void weigh(Value i, Value first, Value firstKey, Value ahead, Value keyCount) {
    Value row = k.mul(i, block), at = k.add(pair, k.add(first, i));
    // score - lse to f32's precision of the difference, however large both are: first without lse's
    // lower bits, which is exact where the weight counts.
    Type f64 = k.b.getF64Type();
    Value logSum = k.load(lse, at, f64);
    Value upper = arith::TruncFOp::create(k.b, k.loc, f32, logSum);
    Value rest = k.subf(logSum, arith::ExtFOp::create(k.b, k.loc, f64, upper));
    Value lower = k.broadcast(arith::TruncFOp::create(k.b, k.loc, f32, rest), lanes);
    upper = k.broadcast(upper, lanes);
    Value mean = k.broadcast(k.load(k.scratch, at, f32), lanes);
    Type i32 = k.b.getI32Type();
    Value last = isBidirectional ? k.sub(keyCount, k.index(1)) : k.add(ahead, i);
    last = arith::IndexCastOp::create(k.b, k.loc, i32, last);
    last = k.broadcast(last, lanes);
    Value zero = k.splat(0.0, lanes);
    ScoreFunction::Numbers numbers;
    if (score) {
      Value t = k.add(first, i), all = k.index(heads.queries);
      numbers = score.numbers({k.div(headNumber, all), t, t, k.rem(headNumber, all)});
    }
    for (int64_t j = 0; j < block; j += lanes) {
      Value place = k.add(row, j);
      SmallVector<int32_t> number = llvm::to_vector(llvm::seq<int32_t>(j, j + lanes));
      Value key = arith::ConstantOp::create(
          k.b, k.loc,
          DenseElementsAttr::get(cast<VectorType>(k.vectorType(i32, lanes)),
                                 ArrayRef<int32_t>(number)));
      Value isSeen = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::sle, key, last);
      auto seen = [&](Value x) -> Value {
        return arith::SelectOp::create(k.b, k.loc, isSeen, x, zero);
      };
      Value scored = k.load(weights, place, f32, lanes);
      std::optional<ScoreFunction::Elements> elements;
      if (score) {
        elements.emplace(score, numbers, scored, k.add(firstKey, j));
        scored = elements->made();
      }
      Value weight = seen(emitExp(k, k.subf(k.subf(scored, upper), lower)));
      Value byValue = k.load(weightGradient, place, f32, lanes);
      k.store(weight, weights, place);
      Value gradient = k.mulf(weight, k.subf(byValue, mean));
      if (elements)
        gradient = elements->back(gradient);
      k.store(seen(gradient), weightGradient, place);
    }
  }

  /// Pieces of the gradient of query i of a block: where they lie there, and in the result.
  void copyQueryGradient(Value i, Value first,
                         llvm::function_ref<void(Value place, Value at, unsigned width)> copy) {
    Value from = k.mul(i, padded), to = ofQuery(gradients[0], k.add(first, i));
    forChannels(k, headSize,
                [&](Value d, unsigned width) { copy(k.add(from, d), k.add(to, d), width); });
  }

  AttentionBackwardOp op;
  CpuKernelBuilder &k;
  const AttentionHeads heads;
  const int64_t headSize;
  ScoreFunction score;
  const bool isBidirectional;
  int64_t padded, block = 0;
  unsigned lanes;
  double scale;
  Type f32;
  HeadRows inputs[3], gradients[3], y, dy;
  Value batch, time, lse;
  Value firstRow, keyColumn;
  Value headNumber;        // of the query head, among those of all sequences
  Value pair, queryColumn; // of the query head: where it begins in lse and scratch, and in rows
  // The thread's own, `block` rows of `padded` channels; keysT and valuesT the other way round.
  Value keys, keysT, valuesT, keyGradient, valueGradient, queries, dyBlock, queryGradient;
  Value weights, weightGradient; // (queries, keys)
};
} // namespace

LogicalResult emitAttentionBackward(GroupOp group, CpuKernelBuilder &k) {
  return AttentionBackwardKernel(*group.getBody().front().getOps<AttentionBackwardOp>().begin(), k)
      .emit();
}

} // namespace tenon
