// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For the tests of CHECK itself: a model of which f32 holds few digits, and another of the same
// name that is not the same by 3 parts in 100.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 33> {};
struct n_vocab : dim<11> {};
struct n_embd : dim<17> {};

#ifndef TENON_FACTOR
#define TENON_FACTOR 1.0
#endif

struct cancelling {
  param<f32, n_vocab, n_embd> wte{"wte", normal(0.3)};
  param<f32, n_vocab, n_embd> head{"head", normal(0.3)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = (embedding(wte, ids) * TENON_FACTOR + 1e4) - 1e4;
    return outputs(output<"x">(x), output<"loss">(cross_entropy(linear(x, head), targets)));
  }
};

TENON_MODEL(cancelling, cancelling{});
