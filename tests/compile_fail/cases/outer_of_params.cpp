// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: one_operand_must_be_a_tensor<tenon::param<tenon::f32, n_head>, tenon::param<tenon::f32,
// n_dim>
#include "dims.hpp"

auto f(tensor<f32, batch, seq> x) {
#ifdef MISTAKE
  return outer(param<f32, n_head>{"a", ones}, param<f32, n_dim>{"b", ones});
#else
  return outer(x, param<f32, n_dim>{"b", ones});
#endif
}
