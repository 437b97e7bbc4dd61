// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_that_of_weight<n_embd, n_hidden>.*nn::layer_norm<C>: needs x
#include "dims.hpp"

struct block {
  nn::layer_norm<n_embd> ln_1{"ln_1"};
  nn::layer_norm<n_hidden> ln_2{"ln_2"};

  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    return ln_2(x);
#else
    return ln_1(x);
#endif
  }
};
