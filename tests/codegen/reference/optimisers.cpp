// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The optimisers against values worked out by hand.
#include "optimisers.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace tenon::reference;
using Values = std::vector<double>;

TEST_CASE("adamw's first step has the size of the learning rate, whatever the gradient") {
  Tensor p{{3}, {1, 1, 1}}, m = Tensor::zeros({3}), v = Tensor::zeros({3});
  AdamwStep step{.factor = 1, .step = 0, .learningRate = 0.25, .beta1 = 0.5, .beta2 = 0.75};
  adamw(step, {{3}, {8, -2, 1e-20}}, p, m, v);
  CHECK(p.values[0] == Approx(0.75).epsilon(1e-15));
  CHECK(p.values[1] == Approx(1.25).epsilon(1e-15));
  CHECK(p.values[2] == Approx(0.75).epsilon(1e-15));
  CHECK(m.values == Values{4, -1, 0.5e-20});
  CHECK(v.values[0] == 16);
}

TEST_CASE(
    "adamw corrects its moments by the step, decays apart from them, and scales the gradient") {
  Tensor p{{1}, {10}}, m{{1}, {3}}, v{{1}, {4}};
  AdamwStep step{0.5, 1, 0.1, 0.5, 0.75, 1.0, 0.2};
  adamw(step, {{1}, {4}}, p, m, v); // g = 2
  CHECK(m.values[0] == 2.5);        // 0.5 3 + 0.5 2
  CHECK(v.values[0] == 4);          // 0.75 4 + 0.25 4
  double mean = 2.5 / (1 - 0.25), square = 4 / (1 - 0.5625);
  CHECK(p.values[0] ==
        Approx(10 - 0.1 * (0.2 * 10 + mean / (std::sqrt(square) + 1))).epsilon(1e-15));
}

TEST_CASE("sgd goes down the gradient and decays") {
  Tensor p{{2}, {10, -10}};
  sgd(0.5, 0.25, 0.5, {{2}, {4, 4}}, p);
  CHECK(p.values == Values{10 - 0.25 * (2 + 5), -10 - 0.25 * (2 - 5)});
}

TEST_CASE("clipping leaves small norms, scales large ones, and 0 is no bound") {
  CHECK(clipFactor(0.5, 1) == 1);
  CHECK(clipFactor(4, 1) == Approx(0.25).epsilon(1e-6));
  CHECK(clipFactor(1e30, 0) == 1);
  CHECK(clipFactor(0, 1) == 1);
  CHECK(std::isnan(clipFactor(std::nan(""), 1)));
  CHECK(clipFactor(INFINITY, 1) == 0);
}
