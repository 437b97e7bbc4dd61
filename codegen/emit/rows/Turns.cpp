// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Turns.h.
#include "Turns.h"
#include "kernel/Bf16.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

std::optional<int64_t> runBefore(int64_t begin, int64_t step, int64_t count, int64_t columns) {
  int64_t beyond = begin + step * count - columns; // of a run that begins at `begin`
  int64_t before = std::max(begin % step, beyond); // so that turns of one row read the same run
  bool isInside = before < step && before <= begin;
  return isInside && step <= mostShuffled ? std::optional(before) : std::nullopt;
}

Value loadEvery(KernelBuilder &k, Value base, Value index, Type element, unsigned lanes,
                int64_t step, std::optional<int64_t> before) {
  if (lanes == 1 || step == 1)
    return loadAsF32(k, base, index, element, lanes);
  if (before) {
    Value run = loadAsF32(k, base, k.sub(index, k.index(*before)), element, lanes * step);
    SmallVector<int64_t> mask;
    for (unsigned lane = 0; lane < lanes; ++lane)
      mask.push_back(*before + lane * step);
    return vector::ShuffleOp::create(k.b, k.loc, run, run, mask);
  }
  Value elements = k.splat(0.0, lanes);
  for (unsigned lane = 0; lane < lanes; ++lane)
    elements =
        insertPiece(k, loadAsF32(k, base, k.add(index, lane * step), element, 1), elements, lane);
  return elements;
}

void storeEvery(KernelBuilder &k, Type element, Value elements, Value base, Value index,
                int64_t step) {
  unsigned lanes = lanesOf(elements);
  if (lanes == 1 || step == 1)
    return storeF32As(k, element, elements, base, index);
  for (unsigned lane = 0; lane < lanes; ++lane)
    storeF32As(k, element, takePiece(k, elements, {lane, 1}), base, k.add(index, lane * step));
}

void storeTurns(KernelBuilder &k, Type element, ArrayRef<Value> turns, Value base, Value index) {
  unsigned lanes = lanesOf(turns.front()), count = turns.size();
  if (count > mostShuffled) {
    for (auto [turn, elements] : llvm::enumerate(turns))
      storeEvery(k, element, elements, base, k.add(index, turn), count);
    return;
  }
  Value all = k.splat(0.0, lanes * count); // one turn behind the other
  for (auto [turn, elements] : llvm::enumerate(turns))
    all = insertPiece(k, elements, all, turn * lanes);
  SmallVector<int64_t> mask;
  for (unsigned lane = 0; lane < lanes; ++lane)
    for (unsigned turn = 0; turn < count; ++turn)
      mask.push_back(turn * lanes + lane);
  storeF32As(k, element, vector::ShuffleOp::create(k.b, k.loc, all, all, mask), base, index);
}

} // namespace tenon
