// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: last_dimension_of_x_is_not_that_of_weight<n_embd, n_hidden>.*nn::linear<In, Out>: needs x
#include "dims.hpp"

struct mlp {
  nn::linear<n_embd, n_hidden> c_fc{"mlp.c_fc", gpt2_normal};
  nn::linear<n_hidden, n_vocab> c_proj{"mlp.c_proj", gpt2_normal};

  constexpr auto operator()(hidden_states x) const {
#ifdef MISTAKE
    return c_proj(x);
#else
    return c_proj(c_fc(x));
#endif
  }
};
