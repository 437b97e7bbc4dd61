// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: body_must_return_the_type_that_it_takes<.*n_hidden>, .*n_embd> ?>.*layers, and tensors
#include "dims.hpp"

struct widening {
  nn::linear<n_embd, n_hidden> fc{"fc", gpt2_normal};
  constexpr auto operator()(hidden_states x) const { return fc(x); }
};
struct keeping {
  nn::linear<n_embd, n_embd> fc{"fc", gpt2_normal};
  constexpr auto operator()(hidden_states x) const { return fc(x); }
};
auto f(hidden_states x) {
#ifdef MISTAKE
  return repeat<n_layer>("h", keeping{}, widening{}, x);
#else
  return repeat<n_layer>("h", keeping{}, keeping{}, x);
#endif
}
