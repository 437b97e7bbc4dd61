// What this machine can do at all, measured beside a benchmark: multiply-adds from registers, and
// reads of memory. Portable: 64-byte vectors, which the compiler cuts to what the CPU has.
#pragma once
#include <cstddef>
#include <span>

namespace bench {

/// f32 operations a second of `threads` threads, a multiply-add being two; about a tenth of a
/// second.
double multiply_add_rate(int threads);

/// Bytes a second that `threads` threads read of `data`, which should be far larger than the
/// caches.
double read_rate(std::span<const float> data, int threads);

}  // namespace bench
