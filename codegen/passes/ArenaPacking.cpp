// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ArenaPacking.h. Each buffer goes into the smallest gap that holds it among those that live
// with it; the order in which they are placed decides the size, so several orders are tried, each
// made better by placing first what lay on top.
#include "ArenaPacking.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace tenon {

bool ArenaBuffer::livesWith(const ArenaBuffer &other) const {
  return llvm::any_of(live, [&](Steps own) {
    return llvm::any_of(other.live, [&](Steps theirs) { return own.overlaps(theirs); });
  });
}

static int64_t sizeOf(const ArenaBuffer &buffer) {
  return llvm::alignTo(buffer.bytes, arenaAlignment);
}

static int64_t lifetime(const ArenaBuffer &buffer) {
  int64_t steps = 0;
  for (Steps live : buffer.live)
    steps += live.end - live.begin + 1;
  return steps;
}

MostLive mostLive(llvm::ArrayRef<ArenaBuffer> buffers) {
  MostLive most;
  for (const ArenaBuffer &first : buffers)
    for (Steps start : first.live) { // the sum grows only where something begins
      int64_t bytes = 0;
      for (const ArenaBuffer &buffer : buffers)
        if (llvm::any_of(buffer.live,
                         [&](Steps live) { return live.overlaps({start.begin, start.begin}); }))
          bytes += sizeOf(buffer);
      if (bytes > most.bytes || (bytes == most.bytes && start.begin < most.step))
        most = {bytes, start.begin};
    }
  return most;
}

namespace {
using Order = llvm::SmallVector<ArenaBuffer *>;

/// The offset of the smallest gap between `placed` neighbours in time that holds the buffer.
int64_t bestFit(const ArenaBuffer &buffer, const Order &placed) {
  Order beside;
  for (ArenaBuffer *other : placed)
    if (other->livesWith(buffer))
      beside.push_back(other);
  llvm::stable_sort(beside, [](auto *x, auto *y) { return x->offset < y->offset; });
  int64_t best = -1, bestGap = std::numeric_limits<int64_t>::max(), end = 0;
  for (ArenaBuffer *other : beside) {
    int64_t gap = other->offset - end;
    if (gap >= sizeOf(buffer) && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, other->offset + sizeOf(*other));
  }
  return best < 0 ? end : best;
}

int64_t place(const Order &order) {
  Order placed;
  int64_t bytes = 0;
  for (ArenaBuffer *buffer : order) {
    buffer->offset = bestFit(*buffer, placed);
    placed.push_back(buffer);
    bytes = std::max(bytes, buffer->offset + sizeOf(*buffer));
  }
  return bytes;
}
} // namespace

int64_t packArena(llvm::MutableArrayRef<ArenaBuffer> buffers) {
  // More rounds than buffers that can be on top; entries have about ten.
  constexpr int rounds = 64;
  const int64_t bound = mostLive(buffers).bytes;
  int64_t least = std::numeric_limits<int64_t>::max();
  llvm::SmallVector<int64_t> offsets(buffers.size());
  auto attempt = [&](Order order) {
    for (int round = 0; round < rounds && least > bound; ++round) {
      int64_t bytes = place(order);
      if (bytes < least) {
        least = bytes;
        llvm::transform(buffers, offsets.begin(), [](ArenaBuffer &x) { return x.offset; });
      }
      auto top =
          llvm::find_if(order, [&](ArenaBuffer *x) { return x->offset + sizeOf(*x) == bytes; });
      if (top == order.begin() || top == order.end())
        break;
      std::rotate(order.begin(), top, std::next(top));
    }
  };
  auto sorted = [&](auto key) {
    Order order;
    for (ArenaBuffer &buffer : buffers)
      order.push_back(&buffer);
    llvm::stable_sort(order, [&](auto *x, auto *y) { return key(*x) > key(*y); });
    return order;
  };
  attempt(sorted([](const ArenaBuffer &x) { return sizeOf(x); }));
  attempt(sorted([](const ArenaBuffer &x) { return lifetime(x); }));
  attempt(sorted([](const ArenaBuffer &x) { return sizeOf(x) * lifetime(x); }));
  for (auto [buffer, offset] : llvm::zip_equal(buffers, offsets))
    buffer.offset = offset;
  return buffers.empty() ? 0 : least;
}

} // namespace tenon
