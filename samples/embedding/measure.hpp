// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How long things take, and how fast the machine's memory is: what times are to be judged by.
#pragma once
#include <chrono>
#include <vector>

namespace sample {

/// Seconds that `work()` takes.
template <class Work>
double seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Precondition: not empty.
double median(std::vector<double> values);

/// Bytes read and written a second by `threads` threads that copy memory far larger than caches;
/// the median of `runs`.
double copy_rate(int threads, int runs);

}  // namespace sample
