// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*Sizes = \{int, int\}|deleted constructor
// A size for a static dimension: only the others take one.
#include "fixture/toy.tenon.h"

using logits = tenon::runtime::tensor<float, toy::batch, toy::n_vocab>;
logits f(std::span<float> x) {
#ifdef MISTAKE
  return logits(x, 1, 11);
#else
  return logits(x, 1);
#endif
}
