// In-run limits; see limits.hpp. Compiled with -ffp-contract=fast, so that x * y + z is one
// instruction.
#include "limits.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <sys/mman.h>

#include <tenon/runtime/runtime.h>

#include "timing.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define TENON_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define TENON_CLONES
#endif

namespace bench {
namespace {

typedef float lanes __attribute__((vector_size(64)));
constexpr std::size_t n_lanes = 16;

// 8 independent chains of 16 lanes hide the latency of AVX-512 (4 cycles, 2 units), and, being
// 16 of 8 lanes there, of AVX2; all stay in registers.
TENON_CLONES float multiply_add(std::int64_t rounds, float factor) {
  // Different values, or the compiler would see that the chains are one.
  lanes a = lanes{} + factor, b = a + 1, c = a + 2, d = a + 3;
  lanes e = a + 4, f = a + 5, g = a + 6, h = a + 7;
  const lanes x = lanes{} + factor, y = lanes{} + 0.5f;
  for (std::int64_t i = 0; i < rounds; ++i) {
    a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y;
    e = e * x + y, f = f * x + y, g = g * x + y, h = h * x + y;
  }
  const lanes all = a + b + c + d + e + f + g + h;
  return all[0] + all[n_lanes - 1];
}

#if defined(__x86_64__)
constexpr int n_dot_chains = 12;  // 6 cycles of latency, up to 2 units

__attribute__((target("avx512f,avx512bf16"))) float bf16_dot(std::int64_t rounds, float factor) {
  __m512 sums[n_dot_chains];
  for (int c = 0; c < n_dot_chains; ++c) sums[c] = _mm512_set1_ps(factor + float(c));
  const auto x = (__m512bh)_mm512_set1_epi16(0x3f00), y = (__m512bh)_mm512_set1_epi16(0x0080);
  for (std::int64_t i = 0; i < rounds; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < n_dot_chains; ++c) sums[c] = _mm512_dpbf16_ps(sums[c], x, y);
  __m512 all = sums[0];
  for (int c = 1; c < n_dot_chains; ++c) all = _mm512_add_ps(all, sums[c]);
  const auto parts = (lanes)all;
  return parts[0] + parts[n_lanes - 1];
}
#endif

// Reads `bytes` from `places` places in turn, 256 bytes at each.
template <int places>
TENON_CLONES float read(const char* data, std::size_t bytes) {
  const std::size_t each = bytes / places / 4096 * 4096;
  lanes sums[4]{};
  for (std::size_t i = 0; i < each; i += sizeof sums)
    for (int p = 0; p < places; ++p) {
      lanes four[4];
      std::memcpy(four, data + each * std::size_t(p) + i, sizeof four);
      for (int j = 0; j < 4; ++j) sums[j] += four[j];
    }
  const lanes all = sums[0] + sums[1] + sums[2] + sums[3];
  return all[0] + all[n_lanes - 1];
}

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

// Seconds from when all threads are there until the last has returned from `work(thread)`.
template <class Work>
double seconds_of_all(int threads, Work work) {
  const auto count = static_cast<std::size_t>(threads);
  std::vector<std::chrono::steady_clock::time_point> starts(count), ends(count);
  std::vector<float> results(count);
  std::atomic<int> there{0};
  const auto body = [&](std::size_t t) {
    there.fetch_add(1);
    while (there.load() < threads) {
    }
    starts[t] = std::chrono::steady_clock::now();
    results[t] = work(static_cast<int>(t));
    ends[t] = std::chrono::steady_clock::now();
  };
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < count; ++t) others.emplace_back(body, t);
  body(0);
  for (std::thread& other : others) other.join();
  volatile float sink = 0;
  for (const float result : results) sink = sink + result;
  return std::chrono::duration<double>(*std::ranges::max_element(ends) -
                                       *std::ranges::min_element(starts))
      .count();
}

}  // namespace

double multiply_add_rate(int threads) {
  constexpr std::int64_t rounds = 80'000'000 / n_lanes;
  const double time = seconds_of_all(threads, [](int) { return multiply_add(rounds, 0.5f); });
  return 2.0 * 8 * n_lanes * double(rounds) * threads / time;
}

double bf16_dot_rate(int threads) {
#if defined(__x86_64__)
  if ((tenon_cpu_features() & TENON_CPU_AVX512_BF16) == 0) return 0;
  constexpr std::int64_t rounds = 60'000'000 / n_lanes;
  const double time = seconds_of_all(threads, [](int) { return bf16_dot(rounds, 0.5f); });
  return 4.0 * n_dot_chains * n_lanes * double(rounds) * threads / time;
#else
  return 0;
#endif
}

stream::stream(std::size_t bytes) : bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::fprintf(stderr, "error: no %zu bytes of memory to measure reading with\n", bytes);
    std::exit(1);
  }
#ifdef MADV_HUGEPAGE
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
#endif
  std::memset(memory, 0, bytes);
  data_ = static_cast<char*>(memory);
}

stream::~stream() { munmap(data_, bytes_); }

double stream::read_rate(int threads, std::size_t bytes) const {
  const std::size_t each =
      std::min(bytes, bytes_) / static_cast<std::size_t>(threads) / 4096 * 4096;
  double best = 0;
  for (const auto pass : {read<1>, read<2>, read<4>}) {
    const double time = seconds_of_all(
        threads, [&](int t) { return pass(data_ + each * static_cast<std::size_t>(t), each); });
    best = std::max(best, double(each) * threads / time);
  }
  return best;
}

double stream::update_rate(int threads) {
  // Not a power of two apart: four arrays 128 MiB apart were moved at half the rate.
  const std::size_t array = bytes_ / 4 / 4096 * 4096 - (1u << 20);
  const std::size_t each = array / static_cast<std::size_t>(threads) / 4096 * 4096;
  const double time = seconds_of_all(threads, [&](int t) {
    char* first = data_ + each * static_cast<std::size_t>(t);
    char* const arrays[] = {first, first + array, first + 2 * array, first + 3 * array};
    return update(arrays, each);
  });
  return 7.0 * double(each) * threads / time;
}

}  // namespace bench
