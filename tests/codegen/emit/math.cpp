// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The elementary functions of the emitter against the C library in double precision, in units in
// the last place: a sample of all floats always, all 2^32 of them in the cases tagged [exhaustive]
// (codegen/emit/README.md has their command and what it measured).
#include "math_kernels.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

using namespace tenon::test;

namespace {

struct Function {
  const char *name;
  MathKernel MathVariant::*kernel;
  double (*exact)(double);
  double bound;         // ulp
  bool ofInput = false; // ulp of x, for GELU: most of its range is far below |x|
};

double exactExp(double x) { return std::exp(x); }
double exactLog(double x) { return std::log(x); }
double exactTanh(double x) { return std::tanh(x); }
double exactErf(double x) { return std::erf(x); }
double exactRsqrt(double x) { return 1 / std::sqrt(x); }
// Of angles that emitted code takes.
double exactSin(double x) { return std::abs(x) < 0x1p20 ? std::sin(x) : NAN; }
double exactCos(double x) { return std::abs(x) < 0x1p20 ? std::cos(x) : NAN; }
double exactGeluTanh(double x) {
  return x / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
double exactGeluErf(double x) { return x * (std::erfc(-x * M_SQRT1_2) / 2); }

const Function functions[] = {{"exp", &MathVariant::exp, exactExp, 1},
                              {"log", &MathVariant::log, exactLog, 1},
                              {"tanh", &MathVariant::tanh, exactTanh, 2},
                              {"erf", &MathVariant::erf, exactErf, 2},
                              {"rsqrt", &MathVariant::rsqrt, exactRsqrt, 1},
                              {"sin", &MathVariant::sin, exactSin, 2},
                              {"cos", &MathVariant::cos, exactCos, 2},
                              {"gelu_tanh", &MathVariant::geluTanh, exactGeluTanh, 2, true},
                              {"gelu_erf", &MathVariant::geluErf, exactGeluErf, 2, true}};

/// The distance of floats at `exact`, which is what an error is measured in.
double ulp(double exact) {
  constexpr std::uint64_t exponent = 0x7ffull << 52;
  double power = std::bit_cast<double>(std::bit_cast<std::uint64_t>(exact) & exponent);
  return std::max(power, 0x1p-126) * 0x1p-23;
}

/// The error of `got` in the given units; infinity where one of them is NaN or infinite and the
/// other is not, or where the signs differ. Infinity counts as 2^128, the number that it is rounded
/// from.
double errorOf(double exact, float got, double unit) {
  constexpr double none = 0, wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? none : wrong;
  if (std::signbit(exact) != std::signbit(got))
    return wrong;
  double size = std::abs(exact), gotSize = std::abs(static_cast<double>(got));
  if (std::isinf(got))
    return size >= 0x1p128 ? none : (0x1p128 - size) / 0x1p104;
  return std::abs(gotSize - size) / unit;
}
double errorOf(double exact, float got) { return errorOf(exact, got, ulp(exact)); }
double errorOf(const Function &function, float x, double exact, float got) {
  return errorOf(exact, got, ulp(function.ofInput ? static_cast<double>(x) : exact));
}

struct Worst {
  double error = 0;
  float at = 0;
  void add(double e, float x) {
    if (e > error)
      error = e, at = x;
  }
};

/// Every exponent with mantissas at both ends and a few between, of both signs.
std::vector<float> sampleOfAllFloats() {
  std::vector<float> sample;
  std::mt19937 random(1);
  for (std::uint32_t high = 0; high < 512; ++high) {
    auto add = [&](std::uint32_t mantissa) {
      sample.push_back(std::bit_cast<float>(high << 23 | (mantissa & 0x7fffff)));
    };
    for (std::uint32_t i = 0; i < 8; ++i) {
      add(i);
      add(-i);
      add(1u << (3 * i));
    }
    for (int i = 0; i < 300; ++i)
      add(random());
  }
  return sample;
}

/// Where the emitted code changes its way, and the floats around: the ends of pieces and of
/// argument reductions, overflow, underflow.
std::vector<float> neighbourhoods() {
  std::vector<double> points = {0.75, 0.9, 3.95, 1, M_SQRT1_2, M_SQRT2, 9.01, 88.7228, 89};
  points.insert(points.end(), {87.3365, 103.2789, 103.9721, 104, 0x1p-126, 0x1p-100, 0x1p100, 5.5});
  points.insert(points.end(), {5.25, 13});
  // Zeros and joints of sin and cos, near and far.
  for (int n = 1; n < 600000; n += 1 + n / 5)
    points.insert(points.end(), {n * M_PI_2, n * M_PI_2 + M_PI_4});
  points.push_back(0x1p20);
  for (int n = 0; n < 151; ++n)
    points.insert(points.end(), {n * M_LN2, (n + 0.5) * M_LN2, (n + 0.5) * M_LN2 / 2});
  for (int n = -149; n < 128; n += 3)
    points.push_back(std::ldexp(M_SQRT1_2, n));
  std::vector<float> sample;
  for (double point : points) {
    auto middle = std::bit_cast<std::uint32_t>(static_cast<float>(point));
    for (std::uint32_t i = middle - 100; i != middle + 100; ++i) {
      sample.push_back(std::bit_cast<float>(i));
      sample.push_back(-sample.back());
    }
  }
  return sample;
}

Worst worstOf(const Function &function, MathKernel kernel, const std::vector<float> &x) {
  std::vector<float> y(x.size());
  kernel(x.data(), y.data(), x.size());
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst.add(errorOf(function, x[i], function.exact(x[i]), y[i]), x[i]);
  return worst;
}

/// Floats of which `bits` goes through all 2^32, in blocks shared by threads; the oracle is asked
/// once for all variants.
std::vector<Worst> worstOfAllFloats(const Function &function,
                                    const std::vector<MathVariant> &variants) {
  constexpr std::uint64_t all = 1ull << 32, block = 1 << 14;
  std::vector<Worst> worst(variants.size());
  std::mutex mutex;
  auto work = [&](std::uint64_t first, std::uint64_t stride) {
    std::vector<Worst> own(variants.size());
    std::vector<float> x(block), y(block);
    std::vector<double> exact(block);
    for (std::uint64_t begin = first * block; begin < all; begin += stride * block) {
      for (std::uint64_t i = 0; i < block; ++i) {
        x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(begin + i));
        exact[i] = function.exact(x[i]);
      }
      for (std::size_t v = 0; v < variants.size(); ++v) {
        (variants[v].*function.kernel)(x.data(), y.data(), block);
        for (std::uint64_t i = 0; i < block; ++i)
          own[v].add(errorOf(function, x[i], exact[i], y[i]), x[i]);
      }
    }
    std::lock_guard lock(mutex);
    for (std::size_t v = 0; v < variants.size(); ++v)
      worst[v].add(own[v].error, own[v].at);
  };
  std::vector<std::thread> threads;
  unsigned count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned t = 0; t < count; ++t)
    threads.emplace_back(work, t, count);
  for (std::thread &thread : threads)
    thread.join();
  return worst;
}

/// A function of u = (n + 1/2) / 2^24, n < 2^24.
struct GridFunction {
  const char *name;
  MathKernel MathVariant::*kernel;
  double (*exact)(double);
  double bound; // ulp
};

// Near the zeros of sin 2 pi u a rounded 2 pi u would cost the oracle its accuracy.
double exactSinTurn(double u) {
  double halves = std::nearbyint(2 * u);
  double sine = std::sin(2 * M_PI * (u - halves / 2));
  return halves == 1 ? -sine : sine;
}
double exactCosTurn(double u) {
  double halves = std::floor(2 * u); // and one quarter, where cos is 0
  double sine = std::sin(2 * M_PI * (u - halves / 2 - 0.25));
  return halves == 0 ? -sine : sine;
}

const GridFunction gridFunctions[] = {{"log_unit", &MathVariant::logUnit, exactLog, 2},
                                      {"sin_turn", &MathVariant::sinTurn, exactSinTurn, 2},
                                      {"cos_turn", &MathVariant::cosTurn, exactCosTurn, 2}};

/// The worst of n = first, first + step ... below 2^24.
Worst worstOfGrid(const GridFunction &function, const MathVariant &variant, std::uint32_t first,
                  std::uint32_t step) {
  std::vector<float> x;
  for (std::uint32_t n = first; n < 1u << 24; n += step)
    x.push_back(std::bit_cast<float>(n));
  std::vector<float> y(x.size());
  (variant.*function.kernel)(x.data(), y.data(), x.size());
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double u = (std::bit_cast<std::uint32_t>(x[i]) + 0.5) * 0x1p-24;
    worst.add(errorOf(function.exact(u), y[i]), x[i]);
  }
  return worst;
}

} // namespace

TEST_CASE("the measure of errors sees one unit, a wrong sign and a wrong kind of number") {
  double third = 1.0 / 3;
  float nearest = static_cast<float>(third);
  CHECK(errorOf(third, nearest) < 0.5);
  CHECK(errorOf(third, std::nextafter(nearest, 1.0f)) > 0.5);
  CHECK(errorOf(1.0, std::nextafter(1.0f, 2.0f)) == 1);
  CHECK(errorOf(0x1p-149, 0.0f) == 1);
  CHECK(errorOf(0x1p-160, 0.0f) < 1e-3);
  CHECK(std::isinf(errorOf(0.0, -0.0f)));
  CHECK(std::isinf(errorOf(NAN, 1.0f)));
  CHECK(std::isinf(errorOf(1.0, NAN)));
  CHECK(errorOf(1e39, INFINITY) == 0);
  CHECK(errorOf(1e39, std::numeric_limits<float>::max()) > 1);
  CHECK(errorOf(std::numeric_limits<float>::max(), INFINITY) == 1);
  CHECK(errorOf(1.0, INFINITY) > 1e6);
}

TEST_CASE("errors of elementary functions at all exponents and around their joints") {
  std::vector<float> sample = sampleOfAllFloats(), around = neighbourhoods();
  sample.insert(sample.end(), around.begin(), around.end());
  for (const MathVariant &variant : mathVariants())
    for (const Function &function : functions) {
      Worst worst = worstOf(function, variant.*function.kernel, sample);
      CAPTURE(variant.name, function.name, worst.at);
      CHECK(worst.error <= function.bound);
      CHECK(worst.error > 0.4); // no function is that good: the measure would be broken
    }
}

TEST_CASE("errors of the derivatives of GELU, in units of 2^-24") {
  // Products and sums of numbers up to 1 whose terms cancel for negative x: no relative error.
  auto exactTanhSlope = [](double x) {
    double factor = 2 * std::sqrt(2 / M_PI), e = std::exp(-factor * (x + 0.044715 * x * x * x));
    return (1 + e + e * factor * x * (1 + 3 * 0.044715 * x * x)) / ((1 + e) * (1 + e));
  };
  auto exactErfSlope = [](double x) {
    return std::erfc(-x * M_SQRT1_2) / 2 + x * std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
  };
  std::vector<float> sample = sampleOfAllFloats(), around = neighbourhoods();
  sample.insert(sample.end(), around.begin(), around.end());
  for (const MathVariant &variant : mathVariants())
    for (bool tanh : {true, false}) {
      std::vector<float> y(sample.size());
      (tanh ? variant.geluTanhSlope : variant.geluErfSlope)(sample.data(), y.data(), y.size());
      Worst worst;
      for (std::size_t i = 0; i < sample.size(); ++i) {
        double x = sample[i], flat = x > 0 ? 1 : 0;
        double exact = std::abs(x) > 20 ? flat : tanh ? exactTanhSlope(x) : exactErfSlope(x);
        if (std::isnan(x) || std::isnan(y[i]))
          worst.add(std::isnan(x) && std::isnan(y[i]) ? 0 : INFINITY, sample[i]);
        else
          worst.add(std::abs(y[i] - exact) * 0x1p24, sample[i]);
      }
      CAPTURE(variant.name, tanh, worst.at);
      CHECK(worst.error <= 4);
      CHECK(worst.error > 0.4);
    }
}

TEST_CASE("errors of the functions of random words, and at the ends of their pieces") {
  for (const MathVariant &variant : mathVariants())
    for (const GridFunction &function : gridFunctions) {
      Worst worst = worstOfGrid(function, variant, 0, 257);
      for (std::uint32_t eighth = 0; eighth <= 8; ++eighth) {
        std::uint32_t middle = eighth << 21, first = eighth == 0 ? 0 : middle - 20;
        for (std::uint32_t n = first; n < std::min(middle + 20, 1u << 24); ++n) {
          Worst one = worstOfGrid(function, variant, n, 1u << 24);
          worst.add(one.error, one.at);
        }
      }
      CAPTURE(variant.name, function.name, std::bit_cast<std::uint32_t>(worst.at));
      CHECK(worst.error <= function.bound);
      CHECK(worst.error > 0.4);
    }
}

TEST_CASE("errors of the functions of random words over all of them", "[.exhaustive]") {
  for (const GridFunction &function : gridFunctions)
    DYNAMIC_SECTION(function.name) {
      for (const MathVariant &variant : mathVariants()) {
        Worst worst = worstOfGrid(function, variant, 0, 1);
        std::printf("%-8s %-12s %.3f ulp at n = %u\n", function.name, variant.name, worst.error,
                    std::bit_cast<std::uint32_t>(worst.at));
        CAPTURE(variant.name, function.name);
        CHECK(worst.error <= function.bound);
      }
    }
}

TEST_CASE("elementary functions at zeros, infinities and NaN") {
  constexpr float inf = INFINITY, nan = NAN;
  struct Row {
    const char *name;
    MathKernel MathVariant::*kernel;
    float zero, minusZero, infinity, minusInfinity;
  };
  const Row rows[] = {{"exp", &MathVariant::exp, 1, 1, inf, 0},
                      {"log", &MathVariant::log, -inf, -inf, inf, nan},
                      {"tanh", &MathVariant::tanh, 0, -0.0f, 1, -1},
                      {"erf", &MathVariant::erf, 0, -0.0f, 1, -1},
                      {"rsqrt", &MathVariant::rsqrt, inf, -inf, 0, nan},
                      {"sin", &MathVariant::sin, 0, -0.0f, nan, nan},
                      {"cos", &MathVariant::cos, 1, 1, nan, nan}};
  // NaN of either sign, quiet and signalling, with few and all payload bits.
  const std::uint32_t nans[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff,
                                0xffffffff, 0x7fc00100, 0x7fa5a5a5, 0x7fc000ff, 0xffc0007f};
  for (const MathVariant &variant : mathVariants())
    for (const Row &row : rows) {
      std::vector<float> x = {0.0f, -0.0f, inf, -inf};
      for (std::uint32_t bits : nans)
        x.push_back(std::bit_cast<float>(bits));
      x.resize(64, 1.0f);
      std::vector<float> y(x.size());
      (variant.*row.kernel)(x.data(), y.data(), x.size());
      const float want[] = {row.zero, row.minusZero, row.infinity, row.minusInfinity};
      for (int i = 0; i < 4; ++i) {
        CAPTURE(variant.name, row.name, x[i], y[i], want[i]);
        CHECK(errorOf(want[i], y[i]) == 0);
      }
      for (std::size_t i = 0; i < std::size(nans); ++i) {
        CAPTURE(variant.name, row.name, nans[i], y[4 + i]);
        CHECK(std::isnan(y[4 + i]));
      }
    }
}

TEST_CASE("elementary functions have the same bits on every number of lanes") {
  std::mt19937 random(2);
  std::vector<float> floats(4096), grid(4096);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    auto word = static_cast<std::uint32_t>(random());
    floats[i] = std::bit_cast<float>(word & 0xc3ffffff);
    grid[i] = std::bit_cast<float>(word >> 8);
  }
  auto check = [](const MathVariant &variant, MathKernel kernel, const std::vector<float> &x) {
    std::vector<float> whole(x.size()), part(x.size());
    kernel(x.data(), whole.data(), x.size());
    for (std::size_t lanes : {1, 2, 4, 8, 15}) {
      for (std::size_t i = 0; i < x.size(); i += lanes)
        kernel(x.data() + i, part.data() + i, std::min(lanes, x.size() - i));
      CAPTURE(variant.name, lanes);
      bool same = true;
      for (std::size_t i = 0; i < x.size(); ++i)
        same &= std::bit_cast<std::uint32_t>(whole[i]) == std::bit_cast<std::uint32_t>(part[i]);
      CHECK(same);
    }
  };
  for (const MathVariant &variant : mathVariants()) {
    for (const Function &function : functions)
      check(variant, variant.*function.kernel, floats);
    for (const GridFunction &function : gridFunctions)
      check(variant, variant.*function.kernel, grid);
  }
}

// In no normal run: some minutes in all.
TEST_CASE("errors of elementary functions over all floats", "[.exhaustive]") {
  const std::vector<MathVariant> variants = mathVariants();
  for (const Function &function : functions)
    DYNAMIC_SECTION(function.name) {
      const std::vector<Worst> worst = worstOfAllFloats(function, variants);
      for (std::size_t v = 0; v < variants.size(); ++v) {
        std::printf("%-6s %-12s %.3f ulp at %a\n", function.name, variants[v].name, worst[v].error,
                    static_cast<double>(worst[v].at));
        CAPTURE(variants[v].name, function.name, worst[v].at);
        CHECK(worst[v].error <= function.bound);
      }
    }
}
