// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around a mixture of experts.
#include <tenon/tenon.hpp>
using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 64> {};
struct n_embd : dim<32> {};
struct n_hidden : dim<96> {};
struct n_expert : dim<8> {};
struct n_active : dim<2> {};

// the block

struct mixture {
  param<f32, n_expert, n_embd> router{"gate.weight", gpt2_normal};
  param<f32, n_expert, n_hidden, n_embd> w1{"experts.{}.w1.weight", gpt2_normal};
  param<f32, n_expert, n_embd, n_hidden> w2{"experts.{}.w2.weight", gpt2_normal};
  param<f32, n_expert, n_hidden, n_embd> w3{"experts.{}.w3.weight", gpt2_normal};

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    return outputs(output<"y">(experts(x, router, w1, w2, w3)));
  }
};

TENON_MODEL(mixture, mixture{});
