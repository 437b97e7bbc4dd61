// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: targets_must_be_a_tensor_of_i32<.*f32, batch, seq>
#include "dims.hpp"

auto f(tensor<f32, batch, seq, n_vocab> logits, input<"bad", f32, batch, seq> bad,
       input<"targets", i32, batch, seq> targets) {
#ifdef MISTAKE
  return cross_entropy(logits, bad);
#else
  return cross_entropy(logits, targets);
#endif
}
