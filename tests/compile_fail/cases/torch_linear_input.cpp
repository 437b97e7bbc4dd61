// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_that_of_weight<n_embd, n_hidden>.*nn::torch_linear<In, Out>: needs x
#include "dims.hpp"

struct mlp {
  nn::torch_linear<n_embd, n_hidden> up{"mlp.up"};
  nn::torch_linear<n_hidden, n_vocab> down{"mlp.down"};

  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    return down(x);
#else
    return down(up(x));
#endif
  }
};
