// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In-run limits; see limits.hpp. Compiled with -ffp-contract=fast, so that x * y + z is one
// instruction.
#include "limits.hpp"

#include <cstdint>
#include <cstring>

#include <tenon/runtime/runtime.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define TENON_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define TENON_CLONES
#endif

namespace bench {
namespace {

typedef float lanes __attribute__((vector_size(64)));

#if defined(__x86_64__)
constexpr std::size_t n_lanes = 16;
constexpr int n_dot_chains = 20;  // 6 cycles of latency, up to 2 units, and some to spare

__attribute__((target("avx512f,avx512bf16"))) float bf16_dot(std::int64_t rounds, float factor) {
  __m512 sums[n_dot_chains];
  for (int c = 0; c < n_dot_chains; ++c) sums[c] = _mm512_set1_ps(factor + float(c));
  const auto x = (__m512bh)_mm512_set1_epi16(0x3f00), y = (__m512bh)_mm512_set1_epi16(0x0080);
  for (std::int64_t i = 0; i < rounds; ++i)
#pragma GCC unroll 20
    for (int c = 0; c < n_dot_chains; ++c) sums[c] = _mm512_dpbf16_ps(sums[c], x, y);
  __m512 all = sums[0];
  for (int c = 1; c < n_dot_chains; ++c) all = _mm512_add_ps(all, sums[c]);
  const auto parts = (lanes)all;
  return parts[0] + parts[n_lanes - 1];
}

typedef float half_lanes __attribute__((vector_size(32)));
constexpr std::size_t n_half_lanes = 8;
constexpr int n_chains = 12;  // 4 cycles of latency, 2 units, and some to spare

__attribute__((target("avx2,fma"))) float avx2_multiply_add(std::int64_t rounds, float factor) {
  half_lanes sums[n_chains];
  for (int c = 0; c < n_chains; ++c) sums[c] = half_lanes{} + (factor + float(c));
  const half_lanes x = half_lanes{} + factor, y = half_lanes{} + 0.5f;
  for (std::int64_t i = 0; i < rounds; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < n_chains; ++c) sums[c] = sums[c] * x + y;
  half_lanes all = sums[0];
  for (int c = 1; c < n_chains; ++c) all += sums[c];
  return all[0] + all[n_half_lanes - 1];
}
#endif

// Four arrays of `bytes`: reads all, writes back all but the first.
TENON_CLONES float update(char* const arrays[4], std::size_t bytes) {
  lanes sum{};
  for (std::size_t i = 0; i < bytes; i += sizeof(lanes)) {
    lanes x[4];
    for (int a = 0; a < 4; ++a) std::memcpy(&x[a], arrays[a] + i, sizeof(lanes));
    for (int a = 1; a < 4; ++a) {
      x[a] = x[a] * 0.5f + x[0];
      std::memcpy(arrays[a] + i, &x[a], sizeof(lanes));
    }
    sum += x[0];
  }
  return sum[0];
}

}  // namespace

double bf16_dot_rate(int threads) {
#if defined(__x86_64__)
  if ((tenon_cpu_features() & TENON_CPU_AVX512_BF16) == 0) return 0;
  constexpr std::int64_t rounds = 60'000'000 / n_lanes;
  const double time =
      tenon::samples::seconds_of_all(threads, [](int) { return bf16_dot(rounds, 0.5f); });
  return 4.0 * n_dot_chains * n_lanes * double(rounds) * threads / time;
#else
  return 0;
#endif
}

double avx2_multiply_add_rate(int threads) {
#if defined(__x86_64__)
  if ((tenon_cpu_features() & TENON_CPU_X86_64_V3) == 0) return 0;
  constexpr std::int64_t rounds = 60'000'000 / n_half_lanes;
  const double time =
      tenon::samples::seconds_of_all(threads, [](int) { return avx2_multiply_add(rounds, 0.5f); });
  return 2.0 * n_chains * n_half_lanes * double(rounds) * threads / time;
#else
  return 0;
#endif
}

double update_rate(stream& memory, int threads) {
  // Not a power of two apart: four arrays 128 MiB apart were moved at half the rate.
  const std::size_t array = memory.size() / 4 / 4096 * 4096 - (1u << 20);
  const std::size_t each = array / static_cast<std::size_t>(threads) / 4096 * 4096;
  const double time = tenon::samples::seconds_of_all(threads, [&](int t) {
    char* first = memory.data() + each * static_cast<std::size_t>(t);
    char* const arrays[] = {first, first + array, first + 2 * array, first + 3 * array};
    return update(arrays, each);
  });
  return 7.0 * double(each) * threads / time;
}

}  // namespace bench
