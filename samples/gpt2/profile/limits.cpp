// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Multiply-adds from registers and reads of memory; see limits.hpp. Portable: vectors of 64 bytes,
// which the compiler cuts to what the CPU has. Compiled with -ffp-contract=fast, so that x * y + z
// is one instruction.
#include "profile/limits.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include <sys/mman.h>

// One function for each instruction set, chosen when the program starts.
#if defined(__x86_64__)
#define TENON_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define TENON_CLONES
#endif

namespace tenon::samples {
namespace {

typedef float lanes __attribute__((vector_size(64)));
constexpr std::size_t n_lanes = 16, n_chains = 8;

// Eight independent chains of 16 lanes hide the latency of AVX-512 (4 cycles, 2 units), and, being
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

// Reads `bytes` from `places` places in turn, 256 bytes at each. Clang clones no templates, hence
// the functions below.
template <int places>
[[gnu::always_inline]] inline float read(const char* data, std::size_t bytes) {
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
TENON_CLONES float read_1(const char* data, std::size_t bytes) { return read<1>(data, bytes); }
TENON_CLONES float read_2(const char* data, std::size_t bytes) { return read<2>(data, bytes); }
TENON_CLONES float read_4(const char* data, std::size_t bytes) { return read<4>(data, bytes); }

}  // namespace

double seconds_of_all(int threads, const std::function<float(int)>& work) {
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

double multiply_add_rate(int threads) {
  constexpr std::int64_t rounds = 80'000'000 / n_lanes;
  const double time = seconds_of_all(threads, [](int) { return multiply_add(rounds, 0.5f); });
  return 2.0 * n_chains * n_lanes * double(rounds) * threads / time;
}

stream::stream(std::size_t bytes) : bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
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
  for (const auto pass : {read_1, read_2, read_4}) {
    const double time = seconds_of_all(
        threads, [&](int t) { return pass(data_ + each * static_cast<std::size_t>(t), each); });
    best = std::max(best, double(each) * threads / time);
  }
  return best;
}

machine_limits measure_limits(int threads) {
  const stream memory(std::size_t{256} << 20);
  machine_limits best{0, 0};
  for (int i = 0; i < 3; ++i)
    best = {.flops = std::max(best.flops, multiply_add_rate(threads)),
            .bytes = std::max(best.bytes, memory.read_rate(threads, memory.size()))};
  return best;
}

}  // namespace tenon::samples
