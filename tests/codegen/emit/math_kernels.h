// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels that tenon-emit-math writes, as a table: one variant a target, one kernel a function.
#pragma once
#include <cstddef>
#include <vector>

namespace tenon::test {

/// y[i] = f(x[i]) for i < count.
using MathKernel = void (*)(const float *x, float *y, std::size_t count);

struct MathVariant {
  const char *name;
  unsigned cpu; // bits of tenon_cpu
  MathKernel exp, log, tanh, erf, rsqrt, sin, cos, geluTanh, geluErf, geluTanhSlope, geluErfSlope;
  // Of numbers n < 2^24 in the bits of x: log u, sin and cos of 2 pi u, u = (n + 1/2) / 2^24.
  MathKernel logUnit, sinTurn, cosTurn;
};

/// The variants that this CPU can run.
std::vector<MathVariant> mathVariants();

} // namespace tenon::test
