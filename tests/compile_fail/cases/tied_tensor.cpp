// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: only_a_param_or_a_layer_of_nn_can_be_tied<tenon::tensor<.*tied: needs a param
#include "dims.hpp"

auto f(hidden_states x, nn::linear<n_embd, n_hidden> fc) {
#ifdef MISTAKE
  return fc(tied(x));
#else
  return tied(fc)(x);
#endif
}
