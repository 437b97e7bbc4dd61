// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients by central differences, for tests of gradients in double precision.
#pragma once
#include "tensor.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

namespace tenon::test {

/// Values in [-1, 1], different for each seed, none of them special.
inline reference::Tensor randomTensor(llvm::ArrayRef<int64_t> shape, uint64_t seed) {
  reference::Tensor result = reference::Tensor::zeros(shape);
  uint64_t state = seed * 0x9E3779B97F4A7C15;
  for (double &value : result.values) {
    state = state * 6364136223846793005 + 1442695040888963407;
    value = static_cast<double>(state >> 11) / 4503599627370496.0 - 1;
  }
  return result;
}

/// f'(0), by the central difference of fourth order: its error is of the order of step^4, so that
/// ten digits are right for functions that change over lengths of about 1.
inline double derivativeAtZero(const std::function<double(double)> &f, double step = 1e-3) {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
}

/// Checks every element of `gradient`: d(dy . forward(x)) / dx, at x.
inline void
checkGradient(const reference::Tensor &x, const reference::Tensor &dy,
              const reference::Tensor &gradient,
              const std::function<reference::Tensor(const reference::Tensor &)> &forward) {
  REQUIRE(gradient.shape == x.shape);
  double greatest = 0;
  for (size_t i = 0; i < x.values.size(); ++i) {
    double expected = derivativeAtZero([&](double offset) {
      reference::Tensor moved = x;
      moved.values[i] += offset;
      reference::Tensor y = forward(moved);
      REQUIRE(y.shape == dy.shape);
      double product = 0;
      for (size_t j = 0; j < y.values.size(); ++j)
        product += dy.values[j] * y.values[j];
      return product;
    });
    greatest = std::max(greatest, std::abs(expected));
    INFO("element " << i);
    CHECK(gradient.values[i] == Approx(expected).epsilon(1e-6).margin(1e-9));
  }
  // With one element the norm's gradient is 0; else the data can fail.
  if (x.values.size() > 6)
    CHECK(greatest > 1e-5);
}

} // namespace tenon::test
