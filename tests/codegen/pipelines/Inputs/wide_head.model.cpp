// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A GPT of one layer whose only head has WIDTH channels.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 4> {};
struct n_block : dim<4> {};
struct n_head : dim<1> {};
struct n_embd : dim<WIDTH> {};
struct n_qkv : dim<3 * WIDTH> {};
struct n_vocab : dim<5> {};

struct wide_head {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  nn::linear<n_embd, n_qkv> c_attn{"c_attn", gpt2_normal};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto qkv = c_attn(embedding(wte, ids));
    auto x = causal_self_attention<n_head>(qkv, cache);
    return outputs(output<"loss">(cross_entropy(tied_head(x, wte), targets)));
  }
};

TENON_MODEL(wide_head, wide_head{});
