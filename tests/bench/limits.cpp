// In-run limits; see limits.hpp. Compiled with -ffp-contract=fast, so that x * y + z is one
// instruction.
#include "limits.hpp"

#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#if defined(__x86_64__)
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

TENON_CLONES float read(const float* data, std::size_t count) {
  lanes a{}, b{}, c{}, d{};
  for (std::size_t i = 0; i + 4 * n_lanes <= count; i += 4 * n_lanes) {
    lanes four[4];
    std::memcpy(four, data + i, sizeof four);
    a += four[0], b += four[1], c += four[2], d += four[3];
  }
  const lanes all = a + b + c + d;
  return all[0] + all[n_lanes - 1];
}

// Seconds until `work(thread)` has returned on all threads.
template <class Work>
double seconds(int threads, Work work) {
  volatile float sink = 0;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> others;
  std::vector<float> results(static_cast<std::size_t>(threads));
  for (int t = 1; t < threads; ++t) others.emplace_back([&, t] { results[t] = work(t); });
  results[0] = work(0);
  for (std::thread& other : others) other.join();
  const auto end = std::chrono::steady_clock::now();
  for (const float result : results) sink = sink + result;
  return std::chrono::duration<double>(end - start).count();
}

}  // namespace

double multiply_add_rate(int threads) {
  constexpr std::int64_t rounds = 40'000'000 / n_lanes;
  const double time = seconds(threads, [](int) { return multiply_add(rounds, 0.5f); });
  return 2.0 * 8 * n_lanes * double(rounds) * threads / time;
}

double read_rate(std::span<const float> data, int threads) {
  const std::size_t each = data.size() / static_cast<std::size_t>(threads);
  const double time =
      seconds(threads, [&](int t) { return read(data.data() + each * std::size_t(t), each); });
  return double(each * std::size_t(threads) * sizeof(float)) / time;
}

}  // namespace bench
