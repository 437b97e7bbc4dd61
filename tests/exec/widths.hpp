// The dimensions that the models of this folder share: w<N> has N elements. They lie around the
// vector widths 4, 8 and 16 and the panel widths 8, 12, 16 and 64 of the targets.
#pragma once
#include <tenon/tenon.hpp>

#define TENON_TEST_WIDTHS(X)                                                                       \
  X(1)                                                                                             \
  X(2)                                                                                             \
  X(3)                                                                                             \
  X(4) X(5) X(7) X(8) X(9) X(11) X(12) X(13) X(15) X(16) X(17) X(20) X(31) X(32) X(33) X(63) X(64) \
      X(65) X(127) X(128) X(129) X(257) X(1021)

#define TENON_TEST_WIDTH(N) \
  struct w##N : tenon::dim<N> {};
TENON_TEST_WIDTHS(TENON_TEST_WIDTH)
#undef TENON_TEST_WIDTH

struct batch : tenon::dyn<1, 3> {};
struct seq : tenon::dyn<1, 33> {};
