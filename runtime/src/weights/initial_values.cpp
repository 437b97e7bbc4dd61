// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See initial_values.hpp. Compiled with -ffp-contract=off: which products are fused is said here.
#include "initial_values.hpp"

#include <bit>
#include <cmath>

namespace tenon::runtime::detail {
namespace {

#define TENON_INLINE [[gnu::always_inline]] inline

struct fused {
  TENON_INLINE static float multiply_add(float x, float y, float z) { return std::fma(x, y, z); }
};
struct separate {
  TENON_INLINE static float multiply_add(float x, float y, float z) { return x * y + z; }
};

template <class Arithmetic, std::size_t N>
TENON_INLINE float polynomial(float x, const float (&coefficients)[N]) {
  float sum = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) sum = Arithmetic::multiply_add(sum, x, coefficients[i]);
  return sum;
}

// Of positive normal numbers: what emitLog computes of them.
template <class Arithmetic>
TENON_INLINE float logarithm(float x) {
  constexpr float two_high = 0.693145751953125f, two_low = 1.428606820309417e-06f;
  constexpr float p[] = {0.3333333134651184f,  -0.2500081956386566f, 0.2000124156475067f,
                         -0.166234090924263f,  0.14201581478118896f, -0.1315961331129074f,
                         0.12762199342250824f, -0.07636399567127228f};
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t n = (bits - 0x3f3504f3) >> 23;
  const float f = std::bit_cast<float>(bits - n * (1 << 23)) - 1.0f;
  const float square = f * f, scale = static_cast<float>(n);
  const float high = scale * two_high, sum = high + f, lost = f - (sum - high);
  float low = Arithmetic::multiply_add(square * f, polynomial<Arithmetic>(f, p), scale * two_low);
  low = Arithmetic::multiply_add(square, -0.5f, low);
  return sum + (low + lost);
}

// log u, u = (n + 1/2) / 2^24.
template <class Arithmetic>
TENON_INLINE float logarithm_of_unit(std::int32_t n) {
  const std::int32_t whole = 2 * n + 1;
  const auto rounded = static_cast<float>(whole);
  const auto lost = static_cast<float>(whole - static_cast<std::int32_t>(rounded));
  return logarithm<Arithmetic>(rounded * 0x1p-25f) + lost / rounded;
}

TENON_INLINE float turned(float x, std::int32_t quarter) {
  const std::uint32_t sign = static_cast<std::uint32_t>(quarter) << 30 & 0x80000000u;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) ^ sign);
}

// cos and sin of 2 pi u.
template <class Arithmetic>
TENON_INLINE void turn(std::int32_t n, float& cosine, float& sine) {
  constexpr float p[] = {-1.748741453866387e-07f, -41.34170150756836f, 81.6052017211914f,
                         -76.6977767944336f, 41.46989059448242f};
  constexpr float q[] = {-19.739208221435547f, 64.93932342529297f, -85.4432373046875f,
                         59.229244232177734f};
  const std::int32_t quarter = (n + (1 << 21)) >> 22;
  const float t = static_cast<float>(2 * n + 1 - quarter * (1 << 23)) * 0x1p-25f, square = t * t;
  const float of_sine =
      Arithmetic::multiply_add(t, 6.2831854820251465f, t * polynomial<Arithmetic>(square, p));
  const float of_cosine = Arithmetic::multiply_add(square, polynomial<Arithmetic>(square, q), 1.0f);
  const bool is_even = (quarter & 1) == 0;
  sine = turned(is_even ? of_sine : of_cosine, quarter);
  cosine = turned(is_even ? of_cosine : of_sine, quarter + 1);
}

// Box and Muller (1958): a pair of words makes a pair of elements.
template <class Arithmetic>
TENON_INLINE void normal_line(const line_words& words, float scale, float* line) {
  for (std::size_t i = 0; i < line_elements; i += 2) {
    const auto for_radius = static_cast<std::int32_t>(words[i] >> 8);
    const auto for_angle = static_cast<std::int32_t>(words[i + 1] >> 8);
    const float radius = std::sqrt(logarithm_of_unit<Arithmetic>(for_radius) * -2.0f);
    float cosine, sine;
    turn<Arithmetic>(for_angle, cosine, sine);
    line[i] = radius * cosine * scale;
    line[i + 1] = radius * sine * scale;
  }
}

#if defined(__x86_64__)
// std::fma is a call otherwise.
[[gnu::target("avx2,fma")]] void fused_line(const line_words& words, float scale, float* line) {
  normal_line<fused>(words, scale, line);
}
#endif

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

std::uint32_t stream_of(const char* name) {
  std::uint32_t hash = 2166136261u;
  for (; *name != '\0'; ++name) hash = (hash ^ static_cast<unsigned char>(*name)) * 16777619u;
  return hash;
}

// 2 u - 1 with u = (n + 1/2) / 2^24: a whole number of 2^-24, exact.
void draw_uniform(const line_words& words, float scale, float* line) {
  for (std::size_t i = 0; i < line_elements; ++i) {
    const auto n = static_cast<std::int32_t>(words[i] >> 8);
    line[i] = static_cast<float>(2 * n - ((1 << 24) - 1)) * 0x1p-24f * scale;
  }
}

void draw_normal(const line_words& words, float scale, bool fuses, float* line) {
  if (!fuses) return normal_line<separate>(words, scale, line);
#if defined(__x86_64__)
  static const bool is_hardware = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (is_hardware) return fused_line(words, scale, line);
#endif
  normal_line<fused>(words, scale, line);
}

}  // namespace tenon::runtime::detail
