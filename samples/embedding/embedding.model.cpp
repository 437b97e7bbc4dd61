// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models: the start of GPT-2, x = dropout(wte[ids] + wpe[positions]), as one kernel;
// and the same with the first layer norm in that kernel.
#include <tenon/tenon.hpp>

// Rows of the token table; a definition, so that a device with small buffers can be tried too.
#ifndef TENON_EMBEDDING_VOCABULARY
#define TENON_EMBEDDING_VOCABULARY 50257
#endif

using namespace tenon;

struct batch : dyn<1, 64> {};
struct seq : dyn<1, 1024> {};
struct n_vocab : dim<TENON_EMBEDDING_VOCABULARY> {};
struct n_block : dim<1024> {};
struct n_embd : dim<768> {};

struct embedding_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), 0.1);
    });
    return outputs(output<"x">(x));
  }
};

struct embedding_norm_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln_1{"ln_1"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto [x, y] = fused(ids, [&](auto ids) {
      auto x = dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), 0.1);
      return std::pair(x, ln_1(x));
    });
    return outputs(output<"x">(x), output<"y">(y));
  }
};

TENON_MODEL(embedding, embedding_model{});
TENON_MODEL(embedding_norm, embedding_norm_model{});
