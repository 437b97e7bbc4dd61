// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The emitter's elementary functions on data in the first cache: time and cycles for 16 floats. The
// cycles are those of a chain of additions measured in the same run, one cycle each.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "math_kernels.h"

namespace {

/// Seconds of one cycle.
double cycle() {
  constexpr std::int64_t count = 50'000'000;
  const auto start = std::chrono::steady_clock::now();
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; i += 8) {
    for (int step = 0; step < 8; ++step) {
      sum += i;
      asm volatile("" : "+r"(sum));  // one after the other, none left out
    }
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / count;
}

void map_floats(benchmark::State& state, tenon::test::MathKernel kernel, float low, float high) {
  constexpr std::size_t count = 2048;
  std::vector<float> x(count), y(count);
  for (std::size_t i = 0; i < count; ++i)
    x[i] = low + (high - low) * static_cast<float>(i * 97 % count) / count;
  const double one_cycle = cycle();
  const auto start = std::chrono::steady_clock::now();
  for (auto _ : state) {
    kernel(x.data(), y.data(), count);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const double vectors = static_cast<double>(state.iterations()) * count / 16;
  state.counters["ns_per_16"] = taken.count() / vectors * 1e9;
  state.counters["cycles_per_16"] = taken.count() / vectors / one_cycle;
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& v : tenon::test::mathVariants()) {
    const auto add = [&](const char* name, tenon::test::MathKernel kernel, float low, float high) {
      benchmark::RegisterBenchmark((std::string(name) + "/" + v.name).c_str(), map_floats, kernel,
                                   low, high);
    };
    add("exp", v.exp, -20, 0);
    add("log", v.log, 0.01f, 100);
    add("tanh", v.tanh, -3, 3);
    add("erf", v.erf, -3, 3);
    add("rsqrt", v.rsqrt, 0.01f, 100);
    add("gelu_tanh", v.geluTanh, -3, 3);
    add("gelu_erf", v.geluErf, -3, 3);
    add("gelu_tanh_slope", v.geluTanhSlope, -3, 3);
    add("gelu_erf_slope", v.geluErfSlope, -3, 3);
    // The bits of these floats are whole numbers around 2^23.
    add("log_unit", v.logUnit, 0x1p-126f, 0x1.fp-126f);
    add("sin_turn", v.sinTurn, 0x1p-126f, 0x1.fp-126f);
    add("cos_turn", v.cosTurn, 0x1p-126f, 0x1.fp-126f);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
