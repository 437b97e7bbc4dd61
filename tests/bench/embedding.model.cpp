// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the embedding benchmark measures: the start of GPT-2 without and with its first layer norm.
// The norm alone as output adds no bytes, so its cost shows; with both outputs the bytes written
// double.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 64> {};
struct seq : dyn<1, 1024> {};
struct n_vocab : dim<50257> {};
struct n_block : dim<1024> {};
struct n_embd : dim<768> {};

struct bench_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln_1{"ln_1"};

  constexpr auto embed(tensor<i32, batch, seq> ids) const {
    return embedding(wte, ids) + embedding(wpe, positions(ids));
  }
};

struct sum_model : bench_model {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embed(ids)));
  }
};

struct norm_model : bench_model {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"y">(ln_1(embed(ids))));
  }
};

struct both_model : bench_model {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embed(ids);
    return outputs(output<"x">(x), output<"y">(ln_1(x)));
  }
};

TENON_MODEL(bench_sum, sum_model{});
TENON_MODEL(bench_norm, norm_model{});
TENON_MODEL(bench_both, both_model{});
