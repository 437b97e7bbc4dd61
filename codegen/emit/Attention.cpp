// The kernel family of causal self-attention. Threads share the pairs (sequence, head): each first
// adds its new keys and values to the cache, then computes its queries, so no thread waits for
// another. A query goes over the keys in blocks from position 0 with a running maximum and sum
// (online softmax, Milakov and Gimelshein 2018): the blocks depend on the query's position only, so
// the bits do not depend on how a prompt is cut.
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
  AttentionKernel(AttentionOp op, CpuKernelBuilder &k) : op(op), k(k) {
    qkvType = cast<RankedTensorType>(op.getQkv().getType());
    channels = cast<RankedTensorType>(op.getType()).getShape().back();
    heads = lookupDim(k.model, op.getHeads()).getMax();
    headSize = channels / heads;
    lanes = k.target.lanes;
    block = keyBlock(k.target);
    vectors = block / lanes;
    f32 = k.b.getF32Type();
    qkv = k.base(op.getQkv());
    offset = op.getCacheAttr() ? k.position : k.index(0);
    int64_t context = lookupDim(k.model, dimNames(qkvType)[1]).getMax();
    if (FlatSymbolRefAttr cache = op.getCacheAttr()) {
      auto state = cast<StateOp>(SymbolTable::lookupSymbolIn(k.model, cache));
      context = lookupDim(k.model, dimNames(state.getType())[1]).getMax();
      memory = k.symbols.lookup(cache.getAttr());
    } else {
      memory = k.scratch;
    }
    perHead = headElements(context, headSize);
  }

  void emit() {
    queryStack = k.stack(headSize, f32);
    weightStack = k.stack(block, f32);
    time = k.size(dimNames(qkvType)[1]);
    Value batch = k.size(dimNames(qkvType)[0]);
    auto [begin, end] = k.share(k.mul(batch, heads));
    k.loop(begin, end, 1, [&](Value pair) {
      Value head = k.rem(pair, k.index(heads));
      Value firstRow = k.mul(k.div(pair, heads), time);
      keys = k.mul(pair, perHead);
      values = k.add(keys, perHead / 2);
      headColumn = k.mul(head, headSize);
      k.loop(k.index(0), time, 1, [&](Value t) { append(k.add(firstRow, t), k.add(offset, t)); });
      k.loop(k.index(0), time, 1, [&](Value t) { query(k.add(firstRow, t), k.add(offset, t)); });
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
  void keep(Value value, Value index) { storeF32As(k, op.getKeptType(), value, memory, index); }
  Value kept(Value index, unsigned width) {
    return loadAsF32(k, memory, index, op.getKeptType(), width);
  }

  /// The pieces that the channels of a head are held in: full vectors, then the tail.
  SmallVector<Piece> channelPieces() {
    SmallVector<Piece> pieces;
    for (int64_t d = 0; d + lanes <= headSize; d += lanes)
      pieces.push_back({d, lanes});
    pieces.append(tailPieces(headSize, lanes));
    return pieces;
  }

  void query(Value row, Value position) {
    Value from = column(row, 0);
    double scale = 1.0 / std::sqrt(static_cast<double>(headSize));
    forChannels([&](Value d, unsigned width) {
      Value q = k.load(qkv, k.add(from, d), f32, width);
      k.store(k.mulf(q, k.splat(scale, width)), queryStack, d);
    });

    SmallVector<Piece> pieces = channelPieces();
    KernelBuilder::Values initial = {k.splat(-std::numeric_limits<double>::infinity(), 1),
                                     k.splat(0.0, 1)};
    for (Piece piece : pieces)
      initial.push_back(k.splat(0.0, piece.lanes));
    Value blocks = k.add(k.div(position, block), 1);
    auto result =
        k.loop(k.index(0), blocks, k.index(1), initial, [&](Value index, ValueRange carried) {
          return keyBlockStep(index, position, pieces, carried);
        });
    Value out = k.resultBase(0);
    auto type = cast<RankedTensorType>(k.group.getResult(0).getType());
    Value target = k.add(k.mul(row, channels), headColumn);
    for (auto [i, piece] : llvm::enumerate(pieces)) {
      Value mean = k.divf(result[2 + i], k.broadcast(result[1], piece.lanes));
      storeF32As(k, type.getElementType(), mean, out, k.add(target, piece.offset));
    }
  }

  /// The scores of one block of keys; those behind the query's position are -infinity.
  SmallVector<Value> scores(Value first, Value position) {
    SmallVector<Value> zeros(vectors, k.splat(0.0, lanes));
    Value start = k.add(keys, k.mul(first, headSize));
    auto sums =
        k.loop(k.index(0), k.index(headSize), k.index(1), zeros, [&](Value d, ValueRange sums) {
          KernelBuilder::Values next;
          Value q = k.broadcast(k.load(queryStack, d, f32), lanes);
          Value at = k.add(start, k.mul(d, block));
          for (unsigned j = 0; j < vectors; ++j)
            next.push_back(k.fma(q, kept(k.add(at, j * lanes), lanes), sums[j]));
          return next;
        });
    auto numbers = VectorType::get({static_cast<int64_t>(lanes)}, k.b.getIndexType());
    Value limit =
        vector::BroadcastOp::create(k.b, k.loc, numbers, k.sub(k.add(position, 1), first));
    SmallVector<Value> masked;
    for (unsigned j = 0; j < vectors; ++j) {
      auto lane = llvm::to_vector(llvm::seq<int64_t>(j * lanes, (j + 1) * lanes));
      Value number = arith::ConstantOp::create(
          k.b, k.loc, DenseElementsAttr::get(numbers, ArrayRef<int64_t>(lane)));
      Value visible = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, number, limit);
      masked.push_back(arith::SelectOp::create(
          k.b, k.loc, visible, sums[j], k.splat(-std::numeric_limits<double>::infinity(), lanes)));
    }
    return masked;
  }

  /// One step of the online softmax: carried are the maximum, the sum, and the weighted values.
  KernelBuilder::Values keyBlockStep(Value index, Value position, ArrayRef<Piece> pieces,
                                     ValueRange carried) {
    Value first = k.mul(index, block);
    SmallVector<Value> score = scores(first, position);
    Value blockMax = k.reduceMax(k.tree(score, [&](Value x, Value y) { return k.maxf(x, y); }));
    Value max = k.maxf(carried[0], blockMax);
    Value correction = emitExp(k, k.subf(carried[0], max));
    SmallVector<Value> weights;
    Value maxLanes = k.broadcast(max, lanes);
    for (unsigned j = 0; j < vectors; ++j) {
      weights.push_back(emitExp(k, k.subf(score[j], maxLanes)));
      k.store(weights[j], weightStack, k.index(j * lanes));
    }
    Value blockSum = k.reduceAdd(k.sumTree(weights));
    KernelBuilder::Values next = {max, k.fma(carried[1], correction, blockSum)};

    KernelBuilder::Values outputs;
    for (auto [i, piece] : llvm::enumerate(pieces))
      outputs.push_back(k.mulf(carried[2 + i], k.broadcast(correction, piece.lanes)));
    Value visible = k.min(k.index(block), k.sub(k.add(position, 1), first));
    Value start = k.add(values, k.mul(first, headSize));
    outputs = k.loop(k.index(0), visible, k.index(1), outputs, [&](Value j, ValueRange sums) {
      KernelBuilder::Values sum;
      Value weight = k.load(weightStack, j, f32);
      Value at = k.add(start, k.mul(j, headSize));
      for (auto [i, piece] : llvm::enumerate(pieces))
        sum.push_back(k.fma(k.broadcast(weight, piece.lanes),
                            kept(k.add(at, piece.offset), piece.lanes), sums[i]));
      return sum;
    });
    next.append(outputs);
    return next;
  }

  AttentionOp op;
  CpuKernelBuilder &k;
  RankedTensorType qkvType;
  int64_t channels, heads, headSize, perHead;
  unsigned lanes, block, vectors;
  Type f32;
  Value qkv, memory, offset, time, keys, values, headColumn, queryStack, weightStack;
};
} // namespace

LogicalResult emitAttention(GroupOp group, CpuKernelBuilder &k) {
  AttentionKernel(*group.getBody().front().getOps<AttentionOp>().begin(), k).emit();
  return success();
}

} // namespace tenon
