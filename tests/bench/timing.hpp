// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Time of a piece of work, and the middle of several.
#pragma once
#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

/// Seconds that `work()` takes.
double seconds(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The middle value; of an even number, the upper of the two in the middle.
inline double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

}  // namespace bench
