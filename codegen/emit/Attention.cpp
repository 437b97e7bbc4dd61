// The kernel family of causal self-attention. Threads share the pairs (sequence, head): each first
// adds its new keys and values to the cache, then computes its queries, so no thread waits for
// another. A query goes over the keys in blocks from position 0 with a running maximum and sum
// (online softmax, Milakov and Gimelshein 2018). A few neighbouring queries go side by side, so
// that a key or value that is loaded serves all of them; each computes what it would compute alone:
// the bits depend on a query's position only, not on how a prompt is cut. For training each query
// also hands out its maximum + log(sum), which is all that the backward needs to know of them.
#include "Attention.h"
#include "Bf16.h"
#include "Families.h"
#include "Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

int64_t cacheElements(StateOp state) {
  ModelOp model = enclosingModel(state);
  ArrayRef<StringAttr> names = dimNames(state.getType());
  auto max = [&](unsigned i) { return static_cast<int64_t>(lookupDim(model, names[i]).getMax()); };
  // headElements is linear in D, so all heads of a sequence together are headElements(context, C).
  return max(0) * headElements(max(1), max(2));
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

private:
  AttentionKernel(CpuKernelBuilder &k, Value input, RankedTensorType type, StringRef headsName,
                  Type keptType, FlatSymbolRefAttr cache)
      : k(k), keptType(keptType) {
    qkvType = cast<RankedTensorType>(input.getType());
    channels = type.getShape().back();
    heads = lookupDim(k.model, headsName).getMax();
    headSize = channels / heads;
    lanes = k.target.lanes;
    block = keyBlock(k.target);
    vectors = block / lanes;
    f32 = k.b.getF32Type();
    qkv = k.base(input);
    offset = cache ? k.position : k.index(0);
    int64_t context = lookupDim(k.model, dimNames(qkvType)[1]).getMax();
    if (cache) {
      auto state = cast<StateOp>(SymbolTable::lookupSymbolIn(k.model, cache));
      context = lookupDim(k.model, dimNames(state.getType())[1]).getMax();
      memory = k.symbols.lookup(cache.getAttr());
    } else {
      memory = k.scratch;
    }
    perHead = headElements(context, headSize);
  }

public:
  void emit() {
    group = k.target.queries;
    queryStack = k.stack(group * headSize, f32);
    weightStack = k.stack(group * block, f32);
    outStack = k.stack(group * headSize, f32);
    time = k.size(dimNames(qkvType)[1]);
    Value batch = k.size(dimNames(qkvType)[0]);
    auto [begin, end] = k.share(k.mul(batch, heads));
    k.loop(begin, end, 1, [&](Value pair) {
      Value head = k.rem(pair, k.index(heads));
      Value firstRow = k.mul(k.div(pair, heads), time);
      firstLse = k.mul(pair, time);
      keys = k.mul(pair, perHead);
      values = k.add(keys, perHead / 2);
      headColumn = k.mul(head, headSize);
      k.loop(k.index(0), time, 1, [&](Value t) { append(k.add(firstRow, t), k.add(offset, t)); });
      // Groups begin at multiples of their size, so that none lies across two blocks of keys.
      Value past = k.rem(offset, k.index(group));
      Value lead = k.min(time, k.rem(k.sub(k.index(group), past), k.index(group)));
      Value whole = k.mul(k.div(k.sub(time, lead), group), group);
      auto overQueries = [&](Value from, Value to, unsigned count) {
        k.loop(from, to, count,
               [&](Value t) { queries(k.add(firstRow, t), k.add(offset, t), count); });
      };
      overQueries(k.index(0), lead, 1);
      overQueries(lead, k.add(lead, whole), group);
      overQueries(k.add(lead, whole), time, 1);
    });
  }

private:
  /// Where channel 0 of this head lies in qkv: part 0 queries, 1 keys, 2 values.
  Value column(Value row, int64_t part) {
    return k.add(k.add(k.mul(row, 3 * channels), part * channels), headColumn);
  }

  void forChannels(llvm::function_ref<void(Value, unsigned)> body) {
    if (headSize >= lanes)
      k.loop(k.index(0), k.index(headSize - headSize % lanes), lanes,
             [&](Value d) { body(d, lanes); });
    for (Piece piece : tailPieces(headSize, lanes))
      body(k.index(piece.offset), piece.lanes);
  }

  void append(Value row, Value position) {
    Value key = column(row, 1), value = column(row, 2);
    Value place = k.add(k.add(keys, k.mul(k.div(position, block), block * headSize)),
                        k.rem(position, k.index(block)));
    k.loop(k.index(0), k.index(headSize), 1,
           [&](Value d) { keep(k.load(qkv, k.add(key, d), f32), k.add(place, k.mul(d, block))); });
    Value target = k.add(values, k.mul(position, headSize));
    forChannels([&](Value d, unsigned width) {
      keep(k.load(qkv, k.add(value, d), f32, width), k.add(target, d));
    });
  }

  /// Keys and values in memory: what is kept may be rounded, what is read is f32.
  void keep(Value value, Value index) { storeF32As(k, keptType, value, memory, index); }
  Value kept(Value index, unsigned width) { return loadAsF32(k, memory, index, keptType, width); }

  /// The pieces that the channels of a head are held in: full vectors, then the tail.
  SmallVector<Piece> channelPieces() {
    SmallVector<Piece> pieces;
    for (int64_t d = 0; d + lanes <= headSize; d += lanes)
      pieces.push_back({d, lanes});
    pieces.append(tailPieces(headSize, lanes));
    return pieces;
  }

  /// Queries of `count` neighbouring rows, the first of them at `position`.
  void queries(Value row, Value position, unsigned count) {
    double scale = 1.0 / std::sqrt(static_cast<double>(headSize));
    for (unsigned q = 0; q < count; ++q) {
      Value from = column(k.add(row, q), 0);
      forChannels([&](Value d, unsigned width) {
        Value x = k.load(qkv, k.add(from, d), f32, width);
        k.store(k.mulf(x, k.splat(scale, width)), queryStack, k.add(d, q * headSize));
        k.store(k.splat(0.0, width), outStack, k.add(d, q * headSize));
      });
    }
    KernelBuilder::Values initial;
    for (unsigned q = 0; q < count; ++q)
      initial.append({k.splat(-infinity, 1), k.splat(0.0, 1)});
    Value blocks = k.add(k.div(position, block), 1);
    auto result =
        k.loop(k.index(0), blocks, k.index(1), initial, [&](Value index, ValueRange carried) {
          return keyBlockStep(index, position, carried);
        });

    Value out = k.resultBase(0);
    auto type = cast<RankedTensorType>(k.group.getResult(0).getType());
    for (unsigned q = 0; q < count; ++q) {
      Value target = k.add(k.mul(k.add(row, q), channels), headColumn);
      forChannels([&](Value d, unsigned width) {
        Value sum = k.load(outStack, k.add(d, q * headSize), f32, width);
        Value mean = k.divf(sum, k.broadcast(result[2 * q + 1], width));
        storeF32As(k, type.getElementType(), mean, out, k.add(target, d));
      });
      if (lse) // without a cache: the position is the row's in its sequence
        k.store(k.addf(result[2 * q], emitLog(k, result[2 * q + 1])), lse,
                k.add(firstLse, k.add(position, q)));
    }
  }

  /// The scores of one block of keys, `vectors` for each query.
  KernelBuilder::Values scores(Value first, unsigned count) {
    KernelBuilder::Values zeros(count * vectors, k.splat(0.0, lanes));
    Value start = k.add(keys, k.mul(first, headSize));
    return k.loop(k.index(0), k.index(headSize), k.index(1), zeros,
                  [&](Value d, ValueRange carried) {
                    KernelBuilder::Values sums(carried);
                    Value at = k.add(start, k.mul(d, block));
                    SmallVector<Value> key;
                    for (unsigned j = 0; j < vectors; ++j)
                      key.push_back(kept(k.add(at, j * lanes), lanes));
                    for (unsigned q = 0; q < count; ++q) {
                      Value x = k.broadcast(k.load(queryStack, k.add(d, q * headSize), f32), lanes);
                      for (unsigned j = 0; j < vectors; ++j)
                        sums[q * vectors + j] = k.fma(x, key[j], sums[q * vectors + j]);
                    }
                    return sums;
                  });
  }

  /// The scores of the first `visible` keys; those behind are -infinity.
  SmallVector<Value> mask(ValueRange scores, Value visible) {
    auto numbers = VectorType::get({static_cast<int64_t>(lanes)}, k.b.getIndexType());
    Value limit = vector::BroadcastOp::create(k.b, k.loc, numbers, visible);
    SmallVector<Value> masked;
    for (unsigned j = 0; j < vectors; ++j) {
      auto lane = llvm::to_vector(llvm::seq<int64_t>(j * lanes, (j + 1) * lanes));
      Value number = arith::ConstantOp::create(
          k.b, k.loc, DenseElementsAttr::get(numbers, ArrayRef<int64_t>(lane)));
      Value below = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, number, limit);
      masked.push_back(
          arith::SelectOp::create(k.b, k.loc, below, scores[j], k.splat(-infinity, lanes)));
    }
    return masked;
  }

  /// One step of the online softmax: carried are each query's maximum and sum; the weighted values
  /// are on the stack.
  KernelBuilder::Values keyBlockStep(Value index, Value position, ValueRange carried) {
    unsigned count = carried.size() / 2;
    Value first = k.mul(index, block);
    KernelBuilder::Values score = scores(first, count), next;
    SmallVector<Value> corrections, visible;
    for (unsigned q = 0; q < count; ++q) {
      visible.push_back(k.min(k.index(block), k.sub(k.add(position, 1 + q), first)));
      SmallVector<Value> own = mask(ArrayRef(score).slice(q * vectors, vectors), visible[q]);
      Value blockMax = k.reduceMax(k.tree(own, [&](Value x, Value y) { return k.maxf(x, y); }));
      Value max = k.maxf(carried[2 * q], blockMax);
      // As long as all scores are -infinity their differences to the maximum would be NaN.
      Value none =
          arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, max, k.splat(-infinity, 1));
      Value finite = arith::SelectOp::create(k.b, k.loc, none, k.splat(0.0, 1), max);
      Value correction = emitExp(k, k.subf(carried[2 * q], finite));
      Value maxLanes = k.broadcast(finite, lanes);
      SmallVector<Value> weights;
      for (unsigned j = 0; j < vectors; ++j) {
        weights.push_back(emitExp(k, k.subf(own[j], maxLanes)));
        k.store(weights[j], weightStack, k.index(q * block + j * lanes));
      }
      Value blockSum = k.reduceAdd(k.sumTree(weights));
      next.append({max, k.fma(carried[2 * q + 1], correction, blockSum)});
      corrections.push_back(correction);
    }
    SmallVector<Piece> pieces = channelPieces();
    for (size_t i = 0; i < pieces.size(); i += vectors)
      weighValues(first, ArrayRef(pieces).slice(i).take_front(vectors), corrections, visible);
    return next;
  }

  /// out = out * correction + weights x values, for a few pieces of the channels.
  void weighValues(Value first, ArrayRef<Piece> pieces, ArrayRef<Value> corrections,
                   ArrayRef<Value> visible) {
    Value start = k.add(values, k.mul(first, headSize));
    auto valueAt = [&](Value j) {
      SmallVector<Value> value;
      Value at = k.add(start, k.mul(j, headSize));
      for (Piece piece : pieces)
        value.push_back(kept(k.add(at, piece.offset), piece.lanes));
      return value;
    };
    auto accumulate = [&](unsigned q, Value j, ArrayRef<Value> value, MutableArrayRef<Value> sums) {
      Value weight = k.load(weightStack, k.add(j, q * block), f32);
      for (auto [sum, x] : llvm::zip(sums, value))
        sum = k.fma(k.broadcast(weight, lanesOf(x)), x, sum);
    };

    KernelBuilder::Values sums;
    for (auto [q, correction] : llvm::enumerate(corrections))
      for (Piece piece : pieces)
        sums.push_back(
            k.mulf(k.load(outStack, k.index(q * headSize + piece.offset), f32, piece.lanes),
                   k.broadcast(correction, piece.lanes)));
    // All queries see what the first one sees; a later one sees some keys more.
    sums = k.loop(k.index(0), visible[0], k.index(1), sums, [&](Value j, ValueRange carried) {
      KernelBuilder::Values next(carried);
      SmallVector<Value> value = valueAt(j);
      for (unsigned q = 0; q < corrections.size(); ++q)
        accumulate(q, j, value,
                   MutableArrayRef<Value>(next).slice(q * pieces.size(), pieces.size()));
      return next;
    });
    for (unsigned q = 0; q < corrections.size(); ++q) {
      KernelBuilder::Values own =
          llvm::to_vector(ArrayRef<Value>(sums).slice(q * pieces.size(), pieces.size()));
      if (q > 0)
        own = k.loop(visible[0], visible[q], k.index(1), own, [&](Value j, ValueRange carried) {
          KernelBuilder::Values next(carried);
          accumulate(q, j, valueAt(j), next);
          return next;
        });
      for (auto [piece, sum] : llvm::zip(pieces, own))
        k.store(sum, outStack, k.index(q * headSize + piece.offset));
    }
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();

  CpuKernelBuilder &k;
  Type keptType; // of keys and values in memory
  RankedTensorType qkvType;
  int64_t channels, heads, headSize, perHead;
  unsigned lanes, block, vectors, group;
  Type f32;
  Value lse; // null where nothing is handed out
  Value qkv, memory, offset, time, firstLse, keys, values, headColumn, queryStack, weightStack,
      outStack;
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
