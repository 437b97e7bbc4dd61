// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_must_hold_floats_but_holds<tenon::i32>.*cross_entropy: needs
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_vocab> logits, input<"targets", i32, batch, seq> targets) {
#ifdef MISTAKE
  return cross_entropy(targets, logits);
#else
  return cross_entropy(logits, targets);
#endif
}
