// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: dimension_of_targets_is_not_that_of_logits<seq, batch>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_vocab> logits, input<"bad", i32, seq, batch> bad,
       input<"targets", i32, batch, seq> targets) {
#ifdef MISTAKE
  return cross_entropy(logits, bad);
#else
  return cross_entropy(logits, targets);
#endif
}
