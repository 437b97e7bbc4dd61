// Multiply-adds from registers and reads of memory; see limits.hpp. Portable: vectors of 64 bytes,
// which the compiler cuts to what the CPU has. Compiled with -ffp-contract=fast, so that x * y + z
// is one instruction.
#include "limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
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

// Eight independent chains hide the latency of a multiply-add. They begin with different values, or
// the compiler would see that they are one.
TENON_CLONES float multiply_add(std::int64_t rounds, float factor) {
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

// Memory like that of packed weights: huge pages where the system gives them, each page touched.
class large_memory {
 public:
  explicit large_memory(std::size_t count) : count_(count) {
    constexpr std::size_t huge_page = std::size_t{2} << 20;
    data_.reset(static_cast<float*>(std::aligned_alloc(huge_page, count * sizeof(float))));
    if (data_ == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    static_cast<void>(madvise(data_.get(), count * sizeof(float), MADV_HUGEPAGE));
#endif
    std::fill_n(data_.get(), count, 1.0f);
  }
  [[nodiscard]] const float* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  struct release {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, release> data_;
  std::size_t count_;
};

// Seconds until work(thread) has returned on all threads, the least of three times.
template <class Work>
double seconds(int threads, Work work) {
  double least = 0;
  volatile float sink = 0;  // results count, or the work would be left out
  for (int run = 0; run < 3; ++run) {
    std::vector<float> results(static_cast<std::size_t>(threads));
    std::vector<std::thread> others;
    const auto start = std::chrono::steady_clock::now();
    for (int t = 1; t < threads; ++t) others.emplace_back([&, t] { results[t] = work(t); });
    results[0] = work(0);
    for (std::thread& other : others) other.join();
    const double time =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    least = run == 0 ? time : std::min(least, time);
    for (const float result : results) sink = sink + result;
  }
  return least;
}

}  // namespace

machine_limits measure_limits(int threads) {
  constexpr std::int64_t rounds = 1'000'000;
  const double computing = seconds(threads, [](int) { return multiply_add(rounds, 0.5f); });
  const large_memory data(std::size_t{64} << 20);
  const std::size_t each = data.size() / static_cast<std::size_t>(threads);
  const double reading = seconds(
      threads, [&](int t) { return read(data.data() + each * static_cast<std::size_t>(t), each); });
  return {.flops = 2.0 * n_chains * n_lanes * static_cast<double>(rounds) * threads / computing,
          .bytes = static_cast<double>(each * sizeof(float)) * threads / reading};
}

}  // namespace tenon::samples
