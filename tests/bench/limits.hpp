// What the machine can do at all, measured in the run that the limits are compared with.
#pragma once
#include <cstddef>

namespace bench {

/// Floating-point operations a second of multiply-adds on f32 vectors that never leave their
/// registers, all threads together.
double multiply_add_rate(int threads);

/// The same of bf16 dot products (two products a lane of f32); 0 where the CPU has no such
/// instruction.
double bf16_dot_rate(int threads);

/// Memory like that of packed weights: larger than the caches, in huge pages where the system gives
/// them (with pages of 4 KiB one thread reads at half the rate).
class stream {
 public:
  explicit stream(std::size_t bytes);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Bytes a second of reading the first `bytes` of it once, each thread its share: the best of one
  /// pass each with 1, 2 and 4 places that a thread reads from in turn.
  double read_rate(int threads, std::size_t bytes) const;

  /// Bytes a second of what an optimiser must move: a thread's shares of four arrays are read and
  /// three of them written in place, seven times the bytes of one array.
  double update_rate(int threads);

 private:
  char* data_;
  std::size_t bytes_;
};

}  // namespace bench
