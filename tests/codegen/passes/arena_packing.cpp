// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Packing of buffers that live at different times: never two in one place at one time, and as small
// as can be where that is known.
#include "ArenaPacking.h"

#include <catch2/catch.hpp>

#include <random>

using tenon::ArenaBuffer;
using tenon::Steps;

static ArenaBuffer buffer(int64_t bytes, std::initializer_list<Steps> live) {
  ArenaBuffer made;
  made.bytes = bytes;
  made.live = live;
  return made;
}

TEST_CASE("what lives at the same time does not overlap, whatever the buffers") {
  std::mt19937 source(1);
  auto random = [&](int64_t end) { return static_cast<int64_t>(source()) % end; };
  for (int round = 0; round < 500; ++round) {
    std::vector<ArenaBuffer> buffers;
    for (int64_t i = 0, count = random(20); i < count; ++i) {
      int64_t begin = random(30);
      buffers.push_back(buffer(1 + random(1000), {{begin, begin + random(5)}}));
      if (random(3) == 0)
        buffers.back().live.push_back({begin + 10, begin + 10 + random(5)});
    }
    const int64_t bytes = packArena(buffers), bound = mostLive(buffers).bytes;
    CHECK(bytes >= bound);
    CHECK(bytes <= bound + bound / 2); // far above what is seen; a plain sum is 4 times the bound
    for (const ArenaBuffer &x : buffers) {
      REQUIRE(
          (x.offset >= 0 && x.offset % tenon::arenaAlignment == 0 && x.offset + x.bytes <= bytes));
      for (const ArenaBuffer &y : buffers)
        if (&x != &y && x.livesWith(y))
          REQUIRE((x.offset + x.bytes <= y.offset || y.offset + y.bytes <= x.offset));
    }
  }
}

TEST_CASE("a buffer's gap in time is used by others") {
  std::vector<ArenaBuffer> buffers = {buffer(640, {{0, 1}, {4, 5}}), buffer(640, {{2, 3}})};
  CHECK(packArena(buffers) == 640);
}

TEST_CASE("the largest first is not always best") {
  // The middle one lives with both others, and must not be put between them.
  std::vector<ArenaBuffer> buffers = {buffer(192, {{0, 1}}), buffer(128, {{1, 2}}),
                                      buffer(64, {{2, 3}}), buffer(192, {{3, 4}}),
                                      buffer(64, {{0, 3}})};
  CHECK(packArena(buffers) == mostLive(buffers).bytes);
}

TEST_CASE("the step where most lives is named") {
  std::vector<ArenaBuffer> buffers = {buffer(64, {{0, 9}}), buffer(1, {{3, 4}}),
                                      buffer(64, {{4, 4}})};
  CHECK(tenon::mostLive(buffers).bytes == 192);
  CHECK(tenon::mostLive(buffers).step == 4);
  std::vector<ArenaBuffer> none;
  CHECK(packArena(none) == 0);
}
