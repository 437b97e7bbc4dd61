// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See AttentionMerge.h.
#include "AttentionMerge.h"
#include "AttentionSpan.h"
#include "kernel/Math.h"

using namespace mlir;

namespace tenon {

AttentionMerge::AttentionMerge(CpuKernelBuilder &k, int64_t headSize, unsigned most)
    : k(k), headSize(headSize), f32(k.b.getF32Type()) {
  greatest = k.own(most, f32);
  sums = k.own(most, f32);
  out = k.own(most * headSize, f32);
}

void AttentionMerge::add(Value span, Value spanGreatest, Value spanSums, Value base, Value index) {
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

void AttentionMerge::keep(Value first, int64_t stride, Value weighted, Value spanGreatest,
                          Value spanSums) {
  unsigned count = lanesOf(spanGreatest);
  auto lane = [&](Value of, unsigned q) { return count == 1 ? of : takePiece(k, of, {q, 1}); };
  for (unsigned q = 0; q < count; ++q) {
    Value part = k.add(first, q * stride);
    forChannels(k, headSize, [&](Value d, unsigned width) {
      k.store(k.load(weighted, k.add(d, q * headSize), f32, width), k.scratch, k.add(part, d));
    });
    k.store(lane(spanGreatest, q), k.scratch, k.add(part, headSize));
    k.store(lane(spanSums, q), k.scratch, k.add(part, headSize + 1));
  }
}

} // namespace tenon
