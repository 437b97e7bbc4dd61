// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: parameter_used_again_so_write_tied_if_it_is_meant<.*tenon::at_lines<13, 13> ?>
#include "dims.hpp"

struct block {
  nn::layer_norm<n_embd> ln_1{"ln_1"};
#ifdef MISTAKE
  nn::layer_norm<n_embd> ln_2{"ln_1"};
#else
  nn::layer_norm<n_embd> ln_2{"ln_2"};
#endif

  constexpr auto operator()(hidden_states x) const { return x + ln_2(gelu(ln_1(x), gelu_tanh)); }
};
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = repeat<n_layer>("h", block{}, embedding(wte, ids));
    return outputs(output<"logits">(tied_head(x, wte)));
  }
};
TENON_MODEL(model, model{});
