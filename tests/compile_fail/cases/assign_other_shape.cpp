// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_variable_keeps_its_type_so_declare_another<.*n_embd>, .*n_hidden> ?>
#include "dims.hpp"

auto f(hidden_states x, param<f32, n_embd, n_hidden> w) {
#ifdef MISTAKE
  x = linear(x, w);
#else
  auto y = linear(x, w);
  return y;
#endif
}
