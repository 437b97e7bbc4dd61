// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Models that have no GPU kernel, each for a reason of its own.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 64> {};
struct n_vocab : dim<300> {};
struct n_embd : dim<64> {};
struct n_large : dim<16777216> {};

struct linear_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", normal(0.02)};
  nn::linear<n_embd, n_embd> fc{"fc", normal(0.02), true};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(fc(embedding(wte, ids))));
  }
};

struct large_model {
  param<f32, n_vocab, n_large> wte{"wte.weight", normal(0.02)};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};

struct training_model {
  nn::linear<n_embd, n_embd> fc{"fc", normal(0.02)};
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    return outputs(output<"loss">(cross_entropy(fc(x), targets)));
  }
};

TENON_MODEL(refused_linear, linear_model{});
TENON_MODEL(refused_large, large_model{});
TENON_MODEL(refused_training, training_model{});
