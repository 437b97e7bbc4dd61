// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: targets_must_have_one_dimension_less_than_logits<tenon::dims<batch>, tenon::dims<batch, seq, n_vocab> ?>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_vocab> logits, input<"bad", i32, batch> bad,
       input<"targets", i32, batch, seq> targets) {
#ifdef MISTAKE
  return cross_entropy(logits, bad);
#else
  return cross_entropy(logits, targets);
#endif
}
