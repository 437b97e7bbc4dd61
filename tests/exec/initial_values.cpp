// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Initial values: those of the reference, distributed as the initialisers say, whatever was in
// memory before, the same bits for any number of threads; and random weights are the same.
#include "updates.hpp"

#include <algorithm>
#include <cstring>

#include <tenon/runtime/weights.hpp>
#include "random.h"
#include "updates.tenon.h"

namespace {

using namespace update_calls;

const tenon_model& model = tenon_model_updates;

/// FNV-1a of the name, which is a parameter's stream.
std::uint32_t stream_of(const std::string& name) {
  std::uint32_t hash = 2166136261u;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619u;
  return hash;
}

/// What `init` makes of memory that is full of NaN.
memory initial(const tenon_variant& variant, double seed, int threads) {
  memory all = empty_memory(variant);
  for (auto& one : all) std::fill(one.begin(), one.end(), NAN);
  run(model, variant, "init", all, {{"seed", seed}}, threads);
  return all;
}

double uniform_below(double x) { return std::clamp((x + 1) / 2, 0.0, 1.0); }
double normal_below(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// Mean, variance, and Kolmogorov's distance from the distribution with deviation or bound 1; the
/// bounds are passed by one sample in some thousand.
void check_distribution(std::vector<double> x, bool is_uniform) {
  const auto n = static_cast<double>(x.size());
  double mean = 0, square = 0, distance = 0;
  std::sort(x.begin(), x.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean += x[i] / n, square += x[i] * x[i] / n;
    const double below = is_uniform ? uniform_below(x[i]) : normal_below(x[i]);
    distance =
        std::max({distance, std::abs(below - double(i) / n), std::abs(below - double(i + 1) / n)});
  }
  const double variance = is_uniform ? 1.0 / 3 : 1;
  const double spread = is_uniform ? 4.0 / 45 : 2;  // variance of the squares
  CHECK(std::abs(mean) < 3.3 * std::sqrt(variance / n));
  CHECK(std::abs(square - variance) < 3.3 * std::sqrt(spread / n));
  CHECK(distance < 1.95 / std::sqrt(n));
}

}  // namespace

TEST_CASE("init gives the reference's numbers, and 0 to gradients, moments and padding") {
  for (const tenon_variant* variant : variants_of(model)) {
    const auto places = places_of(model, *variant);
    for (const double seed : {1.0, -2147483648.0}) {
      const memory all = initial(*variant, seed, 1);
      for (const int threads : {2, 3, 8}) CHECK(same_bits(all, initial(*variant, seed, threads)));
      CAPTURE(variant->name, seed);
      for (const part empty : {gradient, moment_1, moment_2})
        CHECK(std::ranges::all_of(all[empty], [](float x) { return x == 0; }));
      const auto padding = padding_of(places, all[value].size());
      bool clean = true;
      for (std::size_t i = 0; i < padding.size(); ++i) clean &= !padding[i] || all[value][i] == 0;
      CHECK(clean);
      for (const place& at : places) {
        const auto kind = static_cast<tenon::InitKind>(at.param->init);
        const auto want = tenon::reference::initialValue(
            at.shape, kind, at.param->init_value,
            static_cast<std::uint32_t>(static_cast<std::int32_t>(seed)), at.layer,
            std::max(at.param->layers, 1u), stream_of(at.name));
        const double unit = at.param->init_value == 0 ? 0 : at.param->init_value * 1e-5;
        double most = 0;
        for (std::size_t i = 0; i < at.of.size(); ++i) {
          const double error = std::abs(double{all[value][at.of[i]]} - want.values[i]);
          most = std::isnan(error) ? INFINITY : std::max(most, error);
        }
        CAPTURE(at.name, at.layer);
        CHECK(most <= unit);
      }
    }
  }
}

TEST_CASE("random weights are the numbers of init with the same seed, bit for bit") {
  for (const tenon_variant* variant : variants_of(model))
    for (const std::int32_t seed : {0, 1, 20261124, -5, INT32_MIN}) {
      const memory all = initial(*variant, seed, 2);
      for (const int threads : {1, 2, 3, 7}) {
        tenon::runtime::options how{};
        how.threads = threads;
        how.cpu = variant->name;
        const auto weights =
            tenon::runtime::weights::random(model, static_cast<std::uint32_t>(seed), how);
        INFO(weights.message());
        REQUIRE(weights);
        CAPTURE(variant->name, seed, threads);
        CHECK(std::memcmp(weights->data(), all[value].data(), variant->weights_bytes) == 0);
      }
    }
  // What a seed has beyond 32 bits counts.
  const auto bytes = variants_of(model)[0]->weights_bytes;
  const auto one = *tenon::runtime::weights::random(model, 1);
  const auto other = *tenon::runtime::weights::random(model, (std::uint64_t{1} << 32) + 1);
  CHECK(std::memcmp(one.data(), other.data(), bytes) != 0);
}

TEST_CASE("initial values are distributed as their initialisers say") {
  for (const tenon_variant* variant : variants_of(model)) {
    const auto places = places_of(model, *variant);
    const memory all = initial(*variant, 20261124, 1);
    std::map<std::uint32_t, std::vector<double>> by_kind;
    for (const place& at : places)
      for (const std::size_t i : at.of)
        by_kind[at.param->init].push_back(double{all[value][i]} /
                                          std::max(at.param->init_value, 1e-30));
    for (const std::uint32_t kind :
         {TENON_INIT_NORMAL, TENON_INIT_SCALED_NORMAL, TENON_INIT_UNIFORM}) {
      CAPTURE(variant->name, kind, by_kind[kind].size());
      REQUIRE(by_kind[kind].size() > 25000);
      check_distribution(by_kind[kind], kind == TENON_INIT_UNIFORM);
    }
    // Layers, neighbours and other parameters have numbers of their own.
    std::vector<float> drawn;
    for (const place& at : places)
      if (at.param->init == TENON_INIT_UNIFORM && at.param->layers > 0)
        for (const std::size_t i : at.of) drawn.push_back(all[value][i]);
    const std::size_t count = drawn.size();
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    CHECK(double(drawn.size()) > 0.99 * double(count));
  }
}
