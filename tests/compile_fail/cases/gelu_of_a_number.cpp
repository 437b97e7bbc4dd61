// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_be_a_tensor<double>.*gelu: needs
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return gelu(0.5, gelu_erf);
#else
  return gelu(x, gelu_erf);
#endif
}
