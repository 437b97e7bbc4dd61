// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What this machine can do at all, measured in the run that is compared with it.
#pragma once
#include <cstddef>
#include <functional>

namespace tenon::samples {

/// Floating-point operations a second of f32 multiply-adds (two each) that never leave their
/// registers, all threads together. Here and below `threads` is at least 1.
double multiply_add_rate(int threads);

/// Memory like that of packed weights: larger than the caches, in huge pages where the system gives
/// them (with pages of 4 KiB one thread reads at half the rate).
class stream {
 public:
  /// Touches each page; throws std::bad_alloc.
  explicit stream(std::size_t bytes);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  [[nodiscard]] char* data() { return data_; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

  /// Bytes a second of reading the first `bytes` of it once, each thread its share: the best of one
  /// pass each with 1, 2 and 4 places that a thread reads from in turn.
  [[nodiscard]] double read_rate(int threads, std::size_t bytes) const;

 private:
  char* data_;
  std::size_t bytes_;
};

/// Seconds from when all threads are there until the last has returned from `work(thread)`, whose
/// results count, or the compiler would leave the work out.
double seconds_of_all(int threads, const std::function<float(int)>& work);

struct machine_limits {
  double flops;  // f32 operations a second
  double bytes;  // read a second
};

/// The best of three tries at both. Takes about a quarter of a second and 256 MB.
machine_limits measure_limits(int threads);

}  // namespace tenon::samples
