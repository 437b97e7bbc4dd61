// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Choosing tokens: ties, damaged logits, top-k, top-p, temperature, seeds.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "generation/sampler.hpp"
#include "model_error.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

constexpr int n_draws = 20000;

// Probabilities 0.5, 0.3, 0.15, 0.05.
const std::vector<float> four{std::log(0.5f), std::log(0.3f), std::log(0.15f), std::log(0.05f)};

std::vector<std::int32_t> draw(const sampling& how, const std::vector<float>& logits, int n) {
  sampler choose(how, static_cast<std::int32_t>(logits.size()));
  std::vector<std::int32_t> drawn;
  for (int i = 0; i < n; ++i) drawn.push_back(choose.choose(logits));
  return drawn;
}

std::vector<double> shares(const sampling& how, const std::vector<float>& logits) {
  std::vector<double> share(logits.size());
  for (const std::int32_t id : draw(how, logits, n_draws)) share.at(id) += 1.0 / n_draws;
  return share;
}

// Within five standard deviations of n_draws draws.
void check_shares(const sampling& how, const std::vector<double>& expected) {
  const auto found = shares(how, four);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double p = expected[i];
    INFO("token " << i << ": " << found[i] << ", expected " << p);
    CHECK(std::abs(found[i] - p) <= 1e-9 + 5 * std::sqrt(p * (1 - p) / n_draws));
  }
}

}  // namespace

TEST_CASE("greedy takes the greatest logit, of equal ones the lowest id", "[sampler]") {
  CHECK(draw({}, {1, 5, 2, 5, -3}, 1) == std::vector<std::int32_t>{1});
  CHECK(draw({}, {-7, -7}, 1) == std::vector<std::int32_t>{0});
}

TEST_CASE("top-k 1 is greedy at any temperature", "[sampler]") {
  for (const double temperature : {1e-300, 0.5, 1.0, 100.0})
    for (const std::vector<float>& logits : {four, {1, 5, 2, 5, -3}, {-1e30f, 1e30f}})
      CHECK(draw({.temperature = temperature, .top_k = 1, .seed = 3}, logits, 50) ==
            draw({}, logits, 50));
}

TEST_CASE("sampling follows the probabilities", "[sampler]") {
  check_shares({.temperature = 1, .seed = 1}, {0.5, 0.3, 0.15, 0.05});
  // p^(1/T), normalized: at T = 0.5 the squares.
  const double squares = 0.25 + 0.09 + 0.0225 + 0.0025;
  check_shares({.temperature = 0.5, .seed = 2},
               {0.25 / squares, 0.09 / squares, 0.0225 / squares, 0.0025 / squares});
}

TEST_CASE("top-k keeps the k likeliest", "[sampler]") {
  check_shares({.temperature = 1, .top_k = 2, .seed = 1}, {0.625, 0.375, 0, 0});
  check_shares({.temperature = 1, .top_k = 99, .seed = 1}, {0.5, 0.3, 0.15, 0.05});
}

TEST_CASE("top-p keeps the fewest tokens that have the share", "[sampler]") {
  check_shares({.temperature = 1, .top_p = 0.49, .seed = 1}, {1, 0, 0, 0});
  check_shares({.temperature = 1, .top_p = 0.6, .seed = 1}, {0.625, 0.375, 0, 0});
  check_shares({.temperature = 1, .top_p = 0.81, .seed = 1},
               {0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0});
  // The share is of what top-k left: 0.5 / 0.8 is above 0.6.
  check_shares({.temperature = 1, .top_k = 2, .top_p = 0.6, .seed = 1}, {1, 0, 0, 0});
}

TEST_CASE("top-p is exact over a large vocabulary", "[sampler]") {
  // 1,000 equal logits: the first 512 have a share of 0.512, and the next would be too much.
  const auto found =
      shares({.temperature = 1, .top_p = 0.512, .seed = 5}, std::vector<float>(1000, 2.5f));
  int kept = 0;
  for (const double share : found) kept += share > 0;
  CHECK(kept == 512);
  CHECK(found[511] > 0);
}

TEST_CASE("equal seeds give equal tokens, others do not", "[sampler]") {
  const sampling how{.temperature = 1, .seed = 42}, other{.temperature = 1, .seed = 43};
  CHECK(draw(how, four, 100) == draw(how, four, 100));
  CHECK(draw(how, four, 100) != draw(other, four, 100));
}

TEST_CASE("ids of padding are never chosen", "[sampler]") {
  const std::vector<float> logits{0, 1, 50, 60};
  for (const double temperature : {0.0, 1.0}) {
    sampler choose({.temperature = temperature, .seed = 1}, 2);
    for (int i = 0; i < 100; ++i) CHECK(choose.choose(logits) < 2);
  }
}

TEST_CASE("impossible tokens are never chosen", "[sampler]") {
  const float never = -std::numeric_limits<float>::infinity();
  for (const std::int32_t id : draw({.temperature = 100, .seed = 1}, {never, 0, never, 1}, 500))
    CHECK(id % 2 == 1);
}

TEST_CASE("logits that are no numbers are refused", "[sampler]") {
  const float infinite = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(draw({}, {0, std::nanf(""), 1}, 1), Contains("token 1 is not a number"));
  CHECK_THROWS_WITH(draw({}, {0, 0, infinite}, 1), Contains("token 2 is infinite"));
  CHECK_THROWS_WITH(draw({}, {-infinite, -infinite}, 1), Contains("token 0 is infinite"));
}

TEST_CASE("options out of range are refused", "[sampler]") {
  CHECK_THROWS_WITH(sampler({.temperature = -1}, 4), Contains("temperature is -1"));
  CHECK_THROWS_WITH(sampler({.temperature = std::nan("")}, 4), Contains("temperature is nan"));
  CHECK_THROWS_WITH(sampler({.top_k = -2}, 4), Contains("top-k is -2"));
  CHECK_THROWS_WITH(sampler({.top_p = 0}, 4), Contains("top-p is 0"));
  CHECK_THROWS_WITH(sampler({.top_p = 1.5}, 4), Contains("top-p is 1.5"));
}

TEST_CASE("ids that no token has are never chosen", "[sampler]") {
  const std::vector<float> logits{5, 1, 9, 2};
  const std::vector<std::int32_t> never{0, 2};
  sampler greedy({}, 4, never);
  CHECK(greedy.choose(logits) == 3);
  sampler random({.temperature = 5, .seed = 1}, 4, never);
  for (int i = 0; i < 100; ++i) CHECK(random.choose(logits) % 2 == 1);
}
