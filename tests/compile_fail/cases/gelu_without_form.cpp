// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: gelu_needs_its_form_gelu_tanh_or_gelu_erf<.*gelu: name the form
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return gelu(x);
#else
  return gelu(x, gelu_tanh);
#endif
}
