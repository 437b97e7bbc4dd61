// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The start of a GPT, small: token and position embeddings, and a layer norm.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_vocab : dim<11> {};
struct n_block : dim<8> {};
struct n_embd : dim<6> {};

struct tiny_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln{"ln"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"y">(ln(embedding(wte, ids) + embedding(wpe, positions(ids)))));
  }
};

TENON_MODEL(tiny, tiny_model{});
