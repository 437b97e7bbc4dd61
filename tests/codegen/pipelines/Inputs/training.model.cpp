// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A product, a tied head and the loss: next to the least that can be trained.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_embd : dim<8> {};
struct n_vocab : dim<17> {};

struct training {
  nn::linear<n_embd, n_embd> fc{"fc", normal(0.02)};
  param<f32, n_vocab, n_embd> table{"table.weight", normal(0.02)};
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    return outputs(output<"loss">(cross_entropy(tied_head(fc(x), table), targets)));
  }
};

TENON_MODEL(training, training{});
