// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the machine can do at all, measured in the run that the limits are compared with: what
// samples/gpt2 measures as well, and more.
#pragma once
#include "profile/limits.hpp"

namespace bench {

using tenon::samples::multiply_add_rate;
using tenon::samples::stream;

/// As multiply_add_rate, of bf16 dot products (two products a lane of f32); 0 where the CPU has no
/// such instruction.
double bf16_dot_rate(int threads);

/// As multiply_add_rate, of vectors of 256 bits: what x86-64-v3 can reach. 0 where the CPU has
/// none.
double avx2_multiply_add_rate(int threads);

/// Bytes a second of what an optimiser must move: a thread's shares of four arrays in `memory` are
/// read and three of them written in place, seven times the bytes of one array.
double update_rate(stream& memory, int threads);

}  // namespace bench
