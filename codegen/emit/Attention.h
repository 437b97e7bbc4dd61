// How keys and values lie in memory: in the cache of a state, and in the scratch of a group that
// has no cache. For each sequence and head, first the keys in blocks of `keyBlock` positions, each
// [D][keyBlock] so that one load brings one channel of many keys; then the values, [position][D].
#pragma once
#include "Kernel.h"

namespace tenon {

/// Positions are padded to a multiple of this, so every target's key block divides the buffer.
inline constexpr int64_t keyPadding = 64;

/// Keys in a block: a multiple of the vector width that divides `keyPadding`.
inline unsigned keyBlock(const Target &target) { return 4 * target.lanes; }

/// Elements of one sequence and head: keys, then values, of `context` positions and D channels.
inline int64_t headElements(int64_t context, int64_t headSize) {
  return 2 * llvm::divideCeil(context, keyPadding) * keyPadding * headSize;
}

/// Elements of a kv_cache state, one layer, for its greatest batch.
int64_t cacheElements(StateOp state);

} // namespace tenon
