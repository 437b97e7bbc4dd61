// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Choices and gathered products against numbers worked out by hand.
#include "choices.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace tenon::reference;
using Values = std::vector<double>;

namespace {
Tensor unwrap(llvm::Expected<Tensor> tensor) {
  REQUIRE(static_cast<bool>(tensor));
  return *tensor;
}
} // namespace

TEST_CASE("the greatest come first, of equal ones the first, NaN before all numbers") {
  Tensor x{{4, 4}, {1, 3, 2, 3, -0.0, 0.0, -1, -2, -INFINITY, NAN, INFINITY, NAN, 5, 5, 5, 5}};
  CHECK(topK(x, 3).values == Values{1, 3, 2, 0, 1, 2, 1, 3, 2, 0, 1, 2});
  CHECK(topK(x, 3).shape == llvm::SmallVector<int64_t>{4, 3});
  CHECK(topK({{1}, {7}}, 1).values == Values{0});
}

TEST_CASE("elements by index, and where their gradients go") {
  Tensor x{{2, 3}, {1, 2, 3, 4, 5, 6}}, ids{{2, 2}, {2, 0, 1, 1}};
  CHECK(unwrap(take(x, ids)).values == Values{3, 1, 5, 5});
  Tensor dy{{2, 2}, {10, 20, 30, 40}};
  CHECK(unwrap(takeBackward(dy, ids, 3)).values == Values{20, 0, 10, 0, 70, 0});
  llvm::Expected<Tensor> outside = take(x, {{2, 2}, {0, 3, 0, 0}});
  REQUIRE(!outside);
  CHECK(llvm::toString(outside.takeError()) == "index 3 is not an integer in [0, 3)");
}

TEST_CASE("each index reads its own part of a weight") {
  // Two parts (N = 1, K = 2); two tokens with two indices each.
  Tensor weight{{2, 1, 2}, {1, 2, 30, 40}}, ids{{2, 2}, {0, 1, 1, 1}};
  Tensor shared{{2, 2}, {1, 1, 1, 2}}, own{{2, 2, 2}, {1, 0, 0, 1, 1, 1, 2, 2}};
  CHECK(unwrap(gatheredLinear(shared, weight, ids, 1)).values == Values{3, 70, 110, 110});
  CHECK(unwrap(gatheredLinear(own, weight, ids, 1)).values == Values{1, 40, 70, 140});
  CHECK(unwrap(gatheredLinear(own, weight, ids, 1)).shape == llvm::SmallVector<int64_t>{2, 2, 1});
  Tensor dy{{2, 2, 1}, {1, 2, 3, 4}};
  CHECK(unwrap(gatheredLinearBackward(dy, weight, ids, 1)).values ==
        Values{1, 2, 60, 80, 90, 120, 120, 160});
  CHECK(unwrap(gatheredLinearBackwardWeight(shared, dy, ids, weight.shape, 1)).values ==
        Values{1, 1, 9, 16});
  CHECK(unwrap(gatheredLinearBackwardWeight(own, dy, ids, weight.shape, 1)).values ==
        Values{1, 0, 11, 13});
}
