// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_param_has_more_dimensions_than_the_tensor<tenon::dims<n_embd>, tenon::dims<n_vocab,
// n_embd> ?>
#include "dims.hpp"

auto f(tensor<f32, n_embd> x, param<f32, n_vocab, n_embd> w, param<f32, n_embd> one) {
#ifdef MISTAKE
  return choose(x < 0, w, x);
#else
  return choose(x < 0, one, x);
#endif
}
