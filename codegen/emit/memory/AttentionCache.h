// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How keys and values lie in memory: in the cache of a state, and in the scratch of a group that
// has no cache. For each sequence and head, first the keys in blocks of `keyBlock` positions, then
// the values. f32: keys [D][keyBlock], so that one load brings one channel of many keys; values
// [position][D]. bf16, as operands of a dot of pairs: keys [D/2][keyBlock][2], an odd last channel
// [keyBlock] behind them; values [position/2][D][2].
#pragma once
#include "HeadRows.h"
#include "kernel/CpuKernel.h"

namespace tenon {

/// Positions are padded to a multiple of this, so every target's key block divides the buffer.
inline constexpr int64_t keyPadding = 64;

/// Keys in a block: a multiple of the vector width that divides `keyPadding`.
inline unsigned keyBlock(const Target &target) { return 4 * target.lanes; }

/// Elements of one sequence and head: keys, then values, of `context` positions and D channels.
inline int64_t headElements(int64_t context, int64_t headSize) {
  return 2 * llvm::divideCeil(context, keyPadding) * keyPadding * headSize;
}

/// Elements of a state, one layer, for its greatest batch.
int64_t cacheElements(StateOp state);

/// Cuts positions offset + [0, count) where they are multiples of `size`: the body gets the first
/// of `size` each (number in 0..count-1), then those before the first cut and behind the last one
/// by one.
void forAligned(KernelBuilder &k, mlir::Value offset, mlir::Value count, unsigned size,
                llvm::function_ref<void(mlir::Value, unsigned)> body);

/// The keys and values of one sequence and head at a time. Everything is counted in lanes: an f32,
/// or a pair of bf16 as i32.
class HeadMemory {
public:
  HeadMemory(CpuKernelBuilder &k, mlir::Value memory, mlir::Type element, int64_t context,
             int64_t headSize);

  /// Turns to a sequence and head, numbered row-major.
  void select(mlir::Value pair);

  /// Writes keys and values of positions offset + [0, count), rounded where they are kept so. They
  /// are read from `count` rows from `row` on, channel 0 at `column`. The last value of an odd
  /// number of positions has a partner of zeros.
  void append(const HeadRows &keys, const HeadRows &values, mlir::Value row, mlir::Value column,
              mlir::Value offset, mlir::Value count) const;

  /// Where the block begins that holds position `first`, a multiple of its size.
  mlir::Value keyStart(mlir::Value first) const;
  /// Channel (or pair of channels) `d` of `lanes` keys, from number `first` of a block on.
  mlir::Value key(mlir::Value blockStart, mlir::Value first, mlir::Value d, unsigned lanes) const;
  /// The channel that has no partner, beside zeros; only where `isOdd`.
  mlir::Value lastKey(mlir::Value blockStart, mlir::Value first) const;
  bool isOdd() const { return headSize % group() != 0; }

  /// Where the values of `position` lie, a multiple of `group`.
  mlir::Value valueStart(mlir::Value position) const;
  mlir::Value value(mlir::Value index, unsigned lanes) const;

  /// Brings nearer what a query at `position` reads of a pair, where that is little.
  void prefetch(mlir::Value pair, mlir::Value position) const;

  /// What a lane holds: that many elements, and its type.
  int64_t group() const { return element.isBF16() ? 2 : 1; }
  mlir::Type lane() const;

  const int64_t headSize;
  const mlir::Type element;
  const int64_t block;

private:
  void appendKey(mlir::Value base, mlir::Value from, mlir::Value position, int64_t channel) const;
  void appendKeys(mlir::Value base, llvm::ArrayRef<mlir::Value> rows, mlir::Value position) const;
  void appendValue(mlir::Value base, mlir::Value from, mlir::Value position) const;
  void appendPair(mlir::Value base, mlir::Value even, mlir::Value odd, mlir::Value position) const;

  CpuKernelBuilder &k;
  mlir::Value memory;
  int64_t perHead; // lanes
  int64_t lanes;
  mlir::Value keys, values;
};

/// Calls the body for the channels [from, D) of a head: vectors in a loop, then the tail in powers
/// of two. `from` is a multiple of the vector width.
void forChannels(KernelBuilder &k, int64_t headSize,
                 llvm::function_ref<void(mlir::Value, unsigned)> body, int64_t from = 0);

} // namespace tenon
