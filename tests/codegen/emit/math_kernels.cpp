// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See math_kernels.h.
#include "math_kernels.h"

#include "tenon/runtime/runtime.h"

#define TENON_MATH_VARIANT(name, bits)                                                             \
  extern "C" void exp_##name(const float *, float *, std::size_t);                                 \
  extern "C" void log_##name(const float *, float *, std::size_t);                                 \
  extern "C" void tanh_##name(const float *, float *, std::size_t);                                \
  extern "C" void erf_##name(const float *, float *, std::size_t);                                 \
  extern "C" void rsqrt_##name(const float *, float *, std::size_t);                               \
  extern "C" void sin_##name(const float *, float *, std::size_t);                                 \
  extern "C" void cos_##name(const float *, float *, std::size_t);                                 \
  extern "C" void gelu_tanh_##name(const float *, float *, std::size_t);                           \
  extern "C" void gelu_erf_##name(const float *, float *, std::size_t);                            \
  extern "C" void gelu_tanh_slope_##name(const float *, float *, std::size_t);                     \
  extern "C" void gelu_erf_slope_##name(const float *, float *, std::size_t);                      \
  extern "C" void log_unit_##name(const float *, float *, std::size_t);                            \
  extern "C" void sin_turn_##name(const float *, float *, std::size_t);                            \
  extern "C" void cos_turn_##name(const float *, float *, std::size_t);
#include "math_kernels.inc"
#undef TENON_MATH_VARIANT

namespace tenon::test {

std::vector<MathVariant> mathVariants() {
  std::vector<MathVariant> variants;
#define TENON_MATH_VARIANT(name, bits)                                                             \
  if (((bits) & ~tenon_cpu_features()) == 0)                                                       \
    variants.push_back({#name, bits, exp_##name, log_##name, tanh_##name, erf_##name,              \
                        rsqrt_##name, sin_##name, cos_##name, gelu_tanh_##name, gelu_erf_##name,   \
                        gelu_tanh_slope_##name, gelu_erf_slope_##name, log_unit_##name,            \
                        sin_turn_##name, cos_turn_##name});
#include "math_kernels.inc"
#undef TENON_MATH_VARIANT
  return variants;
}

} // namespace tenon::test
