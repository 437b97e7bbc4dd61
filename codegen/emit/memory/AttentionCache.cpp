// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See AttentionCache.h.
#include "AttentionCache.h"
#include "kernel/Bf16.h"
#include "kernel/Transpose.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

int64_t cacheElements(StateOp state) {
  ModelOp model = enclosingModel(state);
  if (state.getKind() == StateKind::Rows)
    return maxElements(model, state.getTensorType());
  ArrayRef<StringAttr> names = dimNames(state.getType());
  auto max = [&](unsigned i) { return static_cast<int64_t>(lookupDim(model, names[i]).getMax()); };
  // headElements is linear in D, so all heads of a sequence together are headElements(context, C).
  int64_t channels = ShapedType::getNumElements(state.getTensorType().getShape().drop_front(2));
  return max(0) * headElements(max(1), channels);
}

void forAligned(KernelBuilder &k, Value offset, Value count, unsigned size,
                llvm::function_ref<void(Value, unsigned)> body) {
  Value past = k.rem(offset, k.index(size));
  Value lead = k.min(count, k.rem(k.sub(k.index(size), past), k.index(size)));
  Value whole = k.add(lead, k.mul(k.div(k.sub(count, lead), size), size));
  k.loop(lead, whole, size, [&](Value t) { body(t, size); });
  if (size == 1)
    return;
  // One loop for what is before and behind, so that the body's code is there once.
  Value singles = k.add(lead, k.sub(count, whole));
  k.loop(k.index(0), singles, 1, [&](Value i) {
    Value behind = k.add(i, k.sub(whole, lead));
    body(arith::SelectOp::create(k.b, k.loc, k.less(i, lead), i, behind), 1);
  });
}

void forChannels(KernelBuilder &k, int64_t headSize, llvm::function_ref<void(Value, unsigned)> body,
                 int64_t from) {
  unsigned lanes = k.target.lanes;
  int64_t whole = headSize - headSize % lanes;
  if (from < whole)
    k.loop(k.index(from), k.index(whole), lanes, [&](Value d) { body(d, lanes); });
  for (Piece piece : tailPieces(headSize, lanes))
    body(k.index(piece.offset), piece.lanes);
}

/// i16 in the low half of i32.
static Value extend(KernelBuilder &k, Value i16) {
  return arith::ExtUIOp::create(k.b, k.loc, k.vectorType(k.b.getI32Type(), lanesOf(i16)), i16);
}

/// Neighbours of a vector of i16, an even number, as pairs.
static Value pairUp(KernelBuilder &k, Value i16) {
  auto type = VectorType::get({static_cast<int64_t>(lanesOf(i16)) / 2}, k.b.getI32Type());
  return vector::BitCastOp::create(k.b, k.loc, type, i16);
}

HeadMemory::HeadMemory(CpuKernelBuilder &k, Value memory, Type element, int64_t context,
                       int64_t headSize)
    : headSize(headSize), element(element), block(keyBlock(k.target)), k(k), memory(memory),
      lanes(k.target.lanes) {
  perHead = headElements(context, headSize) / group();
}

Type HeadMemory::lane() const {
  return element.isBF16() ? Type(k.b.getI32Type()) : Type(k.b.getF32Type());
}

void HeadMemory::select(Value pair) {
  keys = k.mul(pair, perHead);
  values = k.add(keys, perHead / 2);
}

// Bytes of keys, and as many of values, up to which they are prefetched: longer streams the
// hardware foresees better (codegen/README.md).
static constexpr int64_t prefetchedBytes = 32 << 10;

void HeadMemory::prefetch(Value pair, Value position) const {
  Value whole = k.mul(k.div(k.add(position, block), block), block); // keys lie in blocks
  auto laneCount = [&](Value positions) { return k.mul(positions, headSize / group()); };
  k.ifThen(k.less(laneCount(whole), k.index(prefetchedBytes / 4 + 1)), [&] {
    auto bring = [&](Value start, Value lanes) {
      k.loop(k.index(0), lanes, 64 / 4,
             [&](Value i) { k.prefetch(memory, k.add(start, i), lane()); });
    };
    Value start = k.mul(pair, perHead);
    bring(start, laneCount(whole));
    bring(k.add(start, perHead / 2), laneCount(k.add(position, 1)));
  });
}

Value HeadMemory::keyStart(Value first) const {
  return k.add(keys, k.mul(k.div(first, block), block * headSize / group()));
}

Value HeadMemory::key(Value blockStart, Value first, Value d, unsigned lanes) const {
  return k.load(memory, k.add(k.add(blockStart, first), k.mul(d, block)), lane(), lanes);
}

Value HeadMemory::lastKey(Value blockStart, Value first) const {
  Value row = k.add(k.mul(blockStart, 2), (headSize - 1) * block);
  return extend(k, k.load(memory, k.add(row, first), k.b.getI16Type(), lanes));
}

Value HeadMemory::valueStart(Value position) const {
  return k.add(values, k.mul(k.div(position, group()), headSize));
}

Value HeadMemory::value(Value index, unsigned lanes) const {
  return k.load(memory, index, lane(), lanes);
}

void HeadMemory::append(const HeadRows &keyRows, const HeadRows &valueRows, Value row, Value column,
                        Value offset, Value count) const {
  auto keyAt = [&](Value t) { return keyRows.at(k, k.add(row, t), column); };
  auto valueAt = [&](Value t) { return valueRows.at(k, k.add(row, t), column); };
  // Many keys at once are transposed in registers, where a head has that many channels.
  unsigned size = headSize / group() >= lanes ? lanes : group();
  forAligned(k, offset, count, size, [&](Value t, unsigned size) {
    Value position = k.add(offset, t);
    if (size == lanes) {
      SmallVector<Value> rows;
      for (unsigned i = 0; i < size; ++i)
        rows.push_back(keyAt(k.add(t, i)));
      appendKeys(keyRows.base, rows, position);
    } else {
      for (unsigned i = 0; i < size; ++i)
        appendKey(keyRows.base, keyAt(k.add(t, i)), k.add(position, i), 0);
    }
    k.loop(k.index(0), k.index(size), std::min<int64_t>(size, group()), [&](Value i) {
      Value at = k.add(position, i), from = valueAt(k.add(t, i));
      if (group() == 2 && size > 1)
        appendPair(valueRows.base, from, valueAt(k.add(k.add(t, i), 1)), at);
      else
        appendValue(valueRows.base, from, at);
    });
  });
}

/// One key, from `channel` on.
void HeadMemory::appendKey(Value base, Value from, Value position, int64_t channel) const {
  Type f32 = k.b.getF32Type();
  Value within = k.rem(position, k.index(block)), start = keyStart(k.sub(position, within));
  Value place = k.add(start, within);
  if (group() == 1) {
    k.loop(k.index(channel), k.index(headSize), 1, [&](Value d) {
      k.store(k.load(base, k.add(from, d), f32), memory, k.add(place, k.mul(d, block)));
    });
    return;
  }
  forChannels(
      k, headSize,
      [&](Value d, unsigned width) {
        Value narrow = narrowToBf16(k, k.load(base, k.add(from, d), f32, width));
        if (width == 1) {
          Value row = k.add(k.mul(start, 2), (headSize - 1) * block);
          return k.store(narrow, memory, k.add(row, within));
        }
        Value pairs = pairUp(k, narrow), row = k.add(place, k.mul(k.div(d, 2), block));
        for (unsigned i = 0; i < width / 2; ++i)
          k.store(vector::ExtractOp::create(k.b, k.loc, pairs, i), memory, k.add(row, i * block));
      },
      channel);
}

/// As many keys as a vector has lanes, beginning at a multiple of that.
void HeadMemory::appendKeys(Value base, ArrayRef<Value> rows, Value position) const {
  int64_t whole = headSize / group() / lanes * lanes; // rows of the block
  Value within = k.rem(position, k.index(block));
  Value place = k.add(keyStart(k.sub(position, within)), within);
  k.loop(k.index(0), k.index(whole), lanes, [&](Value d) {
    SmallVector<Value> read;
    for (Value row : rows) {
      Value at = k.add(row, k.mul(d, group()));
      Value x = k.load(base, at, k.b.getF32Type(), lanes * group());
      read.push_back(group() == 2 ? pairUp(k, narrowToBf16(k, x)) : x);
    }
    for (auto [j, key] : llvm::enumerate(transposeVectors(k, read)))
      k.store(key, memory, k.add(place, k.mul(k.add(d, j), block)));
  });
  if (whole * group() < headSize)
    for (auto [i, row] : llvm::enumerate(rows))
      appendKey(base, row, k.add(position, i), whole * group());
}

void HeadMemory::appendValue(Value base, Value from, Value position) const {
  Type f32 = k.b.getF32Type();
  if (group() == 1) {
    Value to = valueStart(position);
    forChannels(k, headSize, [&](Value d, unsigned width) {
      k.store(k.load(base, k.add(from, d), f32, width), memory, k.add(to, d));
    });
    return;
  }
  Value odd = k.rem(position, k.index(2)), to = valueStart(position);
  auto narrow = [&](Value d, unsigned width) {
    return extend(k, narrowToBf16(k, k.load(base, k.add(from, d), f32, width)));
  };
  k.ifThen(k.less(odd, k.index(1)), [&] {
    forChannels(k, headSize,
                [&](Value d, unsigned width) { k.store(narrow(d, width), memory, k.add(to, d)); });
  });
  k.ifThen(k.less(k.index(0), odd), [&] {
    forChannels(k, headSize, [&](Value d, unsigned width) {
      Value even = lowerOfPairs(k, value(k.add(to, d), width));
      k.store(joinPairs(k, even, narrow(d, width)), memory, k.add(to, d));
    });
  });
}

/// The values of two positions, the first of them even.
void HeadMemory::appendPair(Value base, Value even, Value odd, Value position) const {
  Value to = valueStart(position);
  forChannels(k, headSize, [&](Value d, unsigned width) {
    auto narrow = [&](Value from) {
      return extend(k, narrowToBf16(k, k.load(base, k.add(from, d), k.b.getF32Type(), width)));
    };
    Value low = narrow(even), high = narrow(odd);
    k.store(joinPairs(k, low, high), memory, k.add(to, d));
  });
}

} // namespace tenon
