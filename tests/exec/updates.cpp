// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// AdamW, gradient descent and the clip by the norm of all gradients, element by element against the
// reference in double precision, on every variant; the same bits for any number of threads.
#include "updates.hpp"

#include <random>

#include "optimisers.h"
#include "updates.tenon.h"

namespace {

using namespace update_calls;
using tenon::reference::Tensor;

const tenon_model& model = tenon_model_updates;

/// Numbers of many sizes, with some that never had a gradient; padding is zero.
memory random_memory(const tenon_variant& variant, const std::vector<place>& places) {
  memory all = empty_memory(variant);
  std::mt19937 random(7);
  std::normal_distribution<float> draw;
  std::uniform_real_distribution<float> exponent(-12, 3);
  for (const place& at : places)
    for (const std::size_t i : at.of) {
      all[value][i] = draw(random) * 0.5f;
      if (random() % 16 == 0) continue;
      const float size = std::exp(exponent(random));
      all[gradient][i] = draw(random) * size;
      all[moment_1][i] = draw(random) * size;
      all[moment_2][i] = std::pow(draw(random) * size, 2.0f);
    }
  return all;
}

Tensor tensor_of(const std::vector<float>& from, const place& at) {
  Tensor x = Tensor::zeros(at.shape);
  for (std::size_t i = 0; i < at.of.size(); ++i) x.values[i] = double{from[at.of[i]]};
  return x;
}

double norm_of(const memory& all) {
  double sum = 0;
  for (const float g : all[gradient]) sum += double{g} * double{g};
  return std::sqrt(sum);
}

/// The value of an input as the kernel gets it.
double as_float(double x) { return double{static_cast<float>(x)}; }

/// The greatest error of a part of a parameter, in units of each element's terms.
double worst(const std::vector<float>& got, const place& at, const Tensor& want,
             const std::vector<double>& scale) {
  double most = 0;
  for (std::size_t i = 0; i < at.of.size(); ++i) {
    const double error = std::abs(double{got[at.of[i]]} - want.values[i]);
    const double share = error / std::max(scale[i], 1e-37);
    most = std::isnan(error) ? INFINITY : std::max(most, share);
  }
  return most;
}

constexpr double bound = 1e-6;

void check_padding(const tenon_variant& variant, const std::vector<place>& places,
                   const memory& all) {
  const auto padding = padding_of(places, all[0].size());
  REQUIRE(std::count(padding.begin(), padding.end(), true) > 0);
  for (std::size_t p = 0; p < all.size(); ++p) {
    std::size_t touched = 0;
    for (std::size_t i = 0; i < padding.size(); ++i) touched += padding[i] && all[p][i] != 0;
    CAPTURE(variant.name, p);
    CHECK(touched == 0);
  }
}

/// Runs an entry with 1, 2, 3 and 8 threads, which must agree; the norm that it gave.
float run_all(const tenon_variant& variant, const std::string& entry, memory& all,
              const scalars& inputs) {
  const memory before = all;
  const auto results = run(model, variant, entry, all, inputs, 1);
  for (const int threads : {2, 3, 8}) {
    memory again = before;
    const auto others = run(model, variant, entry, again, inputs, threads);
    CAPTURE(variant.name, entry, threads);
    CHECK(same_bits(all, again));
    CHECK(std::memcmp(results.data(), others.data(), results.size() * sizeof(float)) == 0);
  }
  return results.at(0);
}

void check_adamw(const tenon_variant& variant, const std::vector<place>& places,
                 const memory& before, scalars inputs) {
  memory after = before;
  const float norm = run_all(variant, "update", after, inputs);
  CAPTURE(variant.name, inputs["step"], inputs["max_norm"], inputs["eps"]);
  CHECK(double{norm} == Approx(norm_of(before)).epsilon(1e-6));
  CHECK(after[gradient] == before[gradient]);
  check_padding(variant, places, after);

  tenon::reference::AdamwStep step;
  step.factor = tenon::reference::clipFactor(norm_of(before), as_float(inputs["max_norm"]));
  step.step = inputs["step"];
  step.learningRate = as_float(inputs["lr"]);
  step.beta1 = as_float(inputs["beta1"]), step.beta2 = as_float(inputs["beta2"]);
  step.epsilon = as_float(inputs["eps"]);
  double most[3] = {};
  for (const place& at : places) {
    step.weightDecay = at.shape.size() >= 2 ? as_float(inputs["weight_decay"]) : 0;
    const Tensor g = tensor_of(before[gradient], at), m0 = tensor_of(before[moment_1], at);
    const Tensor p0 = tensor_of(before[value], at);
    Tensor p = p0, m = m0, v = tensor_of(before[moment_2], at);
    tenon::reference::adamw(step, g, p, m, v);
    std::vector<double> m_scale, v_scale, p_scale;
    const double t = step.step + 1;
    const double c1 = 1 - std::pow(step.beta1, t), c2 = 1 - std::pow(step.beta2, t);
    for (std::size_t i = 0; i < at.of.size(); ++i) {
      const double terms = step.beta1 * std::abs(m0.values[i]) +
                           (1 - step.beta1) * step.factor * std::abs(g.values[i]);
      m_scale.push_back(terms);
      v_scale.push_back(v.values[i]);
      const double below = std::sqrt(v.values[i] / c2) + std::max(step.epsilon, 0x1p-126);
      p_scale.push_back(std::abs(p0.values[i]) + step.learningRate * terms / c1 / below);
    }
    most[0] = std::max(most[0], worst(after[moment_1], at, m, m_scale));
    most[1] = std::max(most[1], worst(after[moment_2], at, v, v_scale));
    most[2] = std::max(most[2], worst(after[value], at, p, p_scale));
  }
  CHECK(most[0] < bound);
  CHECK(most[1] < bound);
  CHECK(most[2] < bound);
  CHECK(most[2] > 0);
}

}  // namespace

TEST_CASE("update is AdamW with clipping, at any step") {
  for (const tenon_variant* variant : variants_of(model)) {
    const auto places = places_of(model, *variant);
    const memory before = random_memory(*variant, places);
    const double norm = norm_of(before);
    scalars inputs{{"lr", 1e-3},  {"beta1", 0.9},        {"beta2", 0.95},
                   {"eps", 1e-8}, {"weight_decay", 0.1}, {"step", 0}};
    for (const double step : {0.0, 1.0, 1000.0, 2147483646.0})
      for (const double most : {0.0, norm / 3, 2 * norm}) {
        inputs["step"] = step, inputs["max_norm"] = most;
        check_adamw(*variant, places, before, inputs);
      }
    // What a beta near 1 leaves of 1 - beta^t in f32 would be off by a thousandth.
    inputs = {{"lr", 0.1}, {"beta1", 0.0}, {"beta2", 0.99999}, {"eps", 0}, {"weight_decay", 0.001},
              {"step", 2}, {"max_norm", 1}};
    check_adamw(*variant, places, before, inputs);
  }
}

TEST_CASE("update_sgd is gradient descent with clipping") {
  for (const tenon_variant* variant : variants_of(model)) {
    const auto places = places_of(model, *variant);
    const memory before = random_memory(*variant, places);
    const double norm = norm_of(before);
    for (const double most : {0.0, norm / 3, 2 * norm}) {
      const scalars inputs{{"lr", 0.01}, {"weight_decay", 0.5}, {"max_norm", most}};
      memory after = before;
      CHECK(double{run_all(*variant, "update_sgd", after, inputs)} == Approx(norm).epsilon(1e-6));
      for (const part kept : {gradient, moment_1, moment_2}) CHECK(after[kept] == before[kept]);
      check_padding(*variant, places, after);
      const double factor = tenon::reference::clipFactor(norm, as_float(most));
      double error = 0;
      for (const place& at : places) {
        const Tensor g = tensor_of(before[gradient], at), p0 = tensor_of(before[value], at);
        Tensor p = p0;
        const double rate = as_float(0.01);
        tenon::reference::sgd(factor, rate, at.shape.size() >= 2 ? 0.5 : 0, g, p);
        std::vector<double> scale;
        for (std::size_t i = 0; i < at.of.size(); ++i)
          scale.push_back(std::abs(p0.values[i]) + rate * factor * std::abs(g.values[i]));
        error = std::max(error, worst(after[value], at, p, scale));
      }
      CAPTURE(variant->name, most);
      CHECK(error < bound);
      CHECK(error > 0);
    }
  }
}

TEST_CASE("the gradient norm of huge, tiny and impossible gradients") {
  for (const tenon_variant* variant : variants_of(model)) {
    const auto places = places_of(model, *variant);
    const scalars inputs{{"lr", 0}, {"weight_decay", 0}, {"max_norm", 1}};
    CAPTURE(variant->name);
    for (const float g : {1e-30f, 3e18f, 1e30f}) {  // whose squares f32 does not hold
      memory all = empty_memory(*variant);
      double count = 0;
      for (const place& at : places)
        for (const std::size_t i : at.of) all[gradient][i] = g, ++count;
      CHECK(double{run_all(*variant, "update_sgd", all, inputs)} ==
            Approx(double{g} * std::sqrt(count)).epsilon(1e-6));
    }
    for (const place& at : {places.front(), places.back()}) {  // no element is left out
      memory all = empty_memory(*variant);
      all[gradient][at.of.back()] = -3;
      CHECK(run_all(*variant, "update_sgd", all, inputs) == 3);
      all[gradient][at.of.back()] = NAN;
      CHECK(std::isnan(run_all(*variant, "update_sgd", all, inputs)));
      CHECK(std::isnan(all[value][at.of.front()]));  // clipped by NaN, so that nobody overlooks it
    }
  }
}
