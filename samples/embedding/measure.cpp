// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory limit of this machine, measured in the same run as what is compared with it.
#include "measure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <thread>

namespace sample {

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

double copy_rate(int threads, int runs) {
  // memcpy of blocks this large stores past the caches.
  constexpr std::size_t bytes = std::size_t{96} << 20;
  std::vector<std::vector<std::byte>> from(threads, std::vector<std::byte>(bytes)), to = from;
  std::vector<double> rates;
  for (int run = 0; run < runs; ++run) {
    const double time = seconds([&] {
      std::vector<std::jthread> workers;
      for (int i = 0; i < threads; ++i)
        workers.emplace_back([&, i] { std::memcpy(to[i].data(), from[i].data(), bytes); });
    });
    rates.push_back(2.0 * static_cast<double>(bytes) * threads / time);
  }
  return median(rates);
}

}  // namespace sample
