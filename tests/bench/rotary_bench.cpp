// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rotary positions of a Llama's queries, 512 tokens of 32 heads of 64, on one thread: the kernel of
// the language's arithmetic, with a norm before it too, beside plain loops and a copy of the same
// bytes. The least time of many calls, all in turns.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include <tenon/runtime/buffer.hpp>

#include "bench_normed.tenon.h"
#include "bench_turned.tenon.h"
#include "runtime_calls.hpp"
#include "timing.hpp"

namespace {
namespace rt = tenon::runtime;
constexpr std::int64_t most_tokens = 512, heads = 32, columns = 64, half = columns / 2;

void turn(const float* x, const float* cosines, const float* sines, float* y, std::int64_t tokens) {
  for (std::int64_t t = 0; t < tokens; ++t)
    for (std::int64_t h = 0; h < heads; ++h) {
      const float* a = x + (t * heads + h) * columns;
      float* made = y + (t * heads + h) * columns;
      for (std::int64_t i = 0; i < half; ++i) {
        const float p = a[i], q = a[half + i], c = cosines[t * half + i], s = sines[t * half + i];
        made[i] = p * c - q * s;
        made[half + i] = q * c + p * s;
      }
    }
}
}  // namespace

int main() {
  using bench::check, bench::checked;
  const auto weights = checked(rt::weights::random(bench_turned::model(), 1));
  const auto norm_weights = checked(rt::weights::random(bench_normed::model(), 1));
  auto turned = checked(bench_turned::session::create(weights, bench::with(1)));
  auto normed = checked(bench_normed::session::create(norm_weights, bench::with(1)));
  auto x = checked(rt::buffer<float>::create(most_tokens * heads * columns));
  auto y = checked(rt::buffer<float>::create(most_tokens * heads * columns));
  auto cosines = checked(rt::buffer<float>::create(most_tokens * half));
  auto sines = checked(rt::buffer<float>::create(most_tokens * half));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i % 97) * 0.01f - 0.5f;
  for (std::size_t i = 0; i < cosines.size(); ++i) {
    const double angle = double(i / half) * std::pow(10000.0, -double(i % half) / half);
    cosines[i] = float(std::cos(angle));
    sines[i] = float(std::sin(angle));
  }
  std::printf(
      "| tokens | turned, us | normed and turned | loops | memcpy |\n|---|---|---|---|---|\n");
  for (const std::int64_t tokens : {std::int64_t{1}, std::int64_t{16}, most_tokens}) {
    const auto count = std::size_t(tokens * heads * columns), angles = std::size_t(tokens * half);
    double least[4];
    std::ranges::fill(least, std::numeric_limits<double>::max());
    for (int round = 0; round < 500; ++round) {
      const auto time = [&](int which, auto&& work) {
        least[which] = std::min(least[which], bench::seconds(work));
      };
      const auto call = [&](auto& session) {
        check(session.forward({x.first(count), 1, tokens}, {cosines.first(angles), tokens},
                              {sines.first(angles), tokens}, {y.first(count), 1, tokens}));
      };
      time(0, [&] { call(turned); });
      time(1, [&] { call(normed); });
      time(2, [&] { turn(x.data(), cosines.data(), sines.data(), y.data(), tokens); });
      time(3, [&] { std::memcpy(y.data(), x.data(), count * sizeof(float)); });
    }
    std::printf("| %d |", int(tokens));
    for (const double each : least) std::printf(" %.1f |", each * 1e6);
    std::printf("\n");
  }
  return 0;
}
