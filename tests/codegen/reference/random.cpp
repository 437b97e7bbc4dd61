// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random numbers of training: Philox by its published vectors, dropout's masks, initial values.
#include "random.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace tenon;
using namespace tenon::reference;
using Words = std::array<uint32_t, 4>;

namespace {
constexpr uint32_t ones = 0xFFFFFFFF;

double normalDistribution(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// The Kolmogorov-Smirnov statistic times sqrt(n): above 1.95 once in a thousand samples.
template <class Distribution>
double kolmogorov(std::vector<double> values, Distribution distribution) {
  std::sort(values.begin(), values.end());
  double greatest = 0, n = static_cast<double>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    double p = distribution(values[i]);
    greatest = std::max({greatest, (i + 1) / n - p, p - i / n});
  }
  return greatest * std::sqrt(n);
}

double mean(const std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}
} // namespace

TEST_CASE("philox gives the words of its authors' test vectors") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("dropout zeroes the given share and scales the others") {
  Tensor x = Tensor::zeros({4, 25000});
  std::fill(x.values.begin(), x.values.end(), 2.0);
  for (double probability : {0.1, 0.5, 0.9}) {
    Tensor y = trainingDropout(x, probability, {.seed = 7, .step = 1});
    auto zeros = static_cast<double>(std::count(y.values.begin(), y.values.end(), 0.0));
    double deviation = std::sqrt(1e5 * probability * (1 - probability));
    CHECK(std::abs(zeros - 1e5 * probability) < 4 * deviation);
    CHECK(*std::max_element(y.values.begin(), y.values.end()) == 2 / (1 - probability));
  }
}

TEST_CASE(
    "a mask follows from seed, step, layer, dropout and element, not from the batch's parts") {
  Tensor x = Tensor::zeros({4, 30}), half = Tensor::zeros({2, 30});
  std::fill(x.values.begin(), x.values.end(), 1.0);
  std::fill(half.values.begin(), half.values.end(), 1.0);
  DropoutPlace place{.seed = 3, .step = 5, .layer = 1, .stream = 2};
  Tensor whole = trainingDropout(x, 0.5, place), again = trainingDropout(x, 0.5, place);
  CHECK(whole.values == again.values);
  Tensor head = trainingDropout(half, 0.5, place);
  place.first = 2;
  Tensor tail = trainingDropout(half, 0.5, place);
  std::vector<double> parts = head.values;
  parts.insert(parts.end(), tail.values.begin(), tail.values.end());
  CHECK(parts == whole.values);
  for (DropoutPlace other : {DropoutPlace{4, 5, 1, 2, 0}, DropoutPlace{3, 6, 1, 2, 0},
                             DropoutPlace{3, 5, 0, 2, 0}, DropoutPlace{3, 5, 1, 3, 0}})
    CHECK(trainingDropout(x, 0.5, other).values != whole.values);
}

TEST_CASE("no two elements share their words, however many there are") {
  // Elements whose number's lower 34 bits are equal, in every layer.
  std::vector<Words> all;
  for (uint32_t layer : {0u, 1u, 11u})
    for (uint64_t element : {0ull, 1ull << 34, 2ull << 34, 12ull << 34, 1ull << 58})
      all.push_back(
          wordsOf(element, {.layer = layer, .layers = 12, .number = 3, .step = 9}, {5, 0}));
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  // Below 2^34 the layer stands alone, as in the masks of all that was trained before.
  CHECK(wordsOf(36, {.layer = 11, .layers = 12, .number = 3, .step = 9}, {5, 0}) ==
        philox({9, 11, 3, 9}, {5, 0}));
}

TEST_CASE("initial values have the distribution that was asked for") {
  std::vector<double> normal = initialValue({200, 500}, InitKind::Normal, 0.02, 1, 0, 1, 9).values;
  CHECK(kolmogorov(normal, [](double x) { return normalDistribution(x / 0.02); }) < 1.95);
  CHECK(std::abs(mean(normal)) < 4 * 0.02 / std::sqrt(1e5));
  for (double &value : normal)
    value = value * value;
  CHECK(mean(normal) == Approx(0.02 * 0.02).epsilon(4 * std::sqrt(2 / 1e5)));
  // Neighbours share their words; they must not show it.
  std::vector<double> pairs = initialValue({100000}, InitKind::ScaledNormal, 1, 1, 0, 1, 9).values;
  double products = 0;
  for (size_t i = 0; i < pairs.size(); i += 2)
    products += pairs[i] * pairs[i + 1] / 5e4;
  CHECK(std::abs(products) < 4 / std::sqrt(5e4));

  std::vector<double> uniform = initialValue({100000}, InitKind::Uniform, 0.5, 1, 0, 1, 9).values;
  CHECK(kolmogorov(uniform, [](double x) { return x + 0.5; }) < 1.95);
  auto [least, greatest] = std::minmax_element(uniform.begin(), uniform.end());
  CHECK(*least > -0.5);
  CHECK(*greatest < 0.5);
  CHECK(initialValue({3}, InitKind::Zeros, 0, 1, 0, 1, 9).values == std::vector<double>{0, 0, 0});
  CHECK(initialValue({2}, InitKind::Ones, 0, 1, 0, 1, 9).values == std::vector<double>{1, 1});
}

TEST_CASE("initial values of seeds, layers and parameters differ; a shape's begin does not") {
  auto draw = [](uint32_t seed, uint32_t layer, uint32_t stream) {
    return initialValue({2, 3}, InitKind::Normal, 1, seed, layer, 2, stream).values;
  };
  std::vector<double> first = draw(1, 0, 9);
  CHECK(draw(1, 0, 9) == first);
  CHECK(draw(2, 0, 9) != first);
  CHECK(draw(1, 1, 9) != first);
  CHECK(draw(1, 0, 8) != first);
  std::vector<double> longer = initialValue({7}, InitKind::Normal, 1, 1, 0, 1, 9).values;
  longer.resize(6);
  CHECK(longer == first);
}
