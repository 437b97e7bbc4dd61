// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: ids_must_be_a_tensor_of_i32<tenon::tensor<tenon::f32, batch, seq> ?>.*embedding: needs
#include "dims.hpp"

auto f(input<"ids", i32, batch, seq> ids, tensor<f32, batch, seq> x,
       param<f32, n_vocab, n_embd> wte) {
#ifdef MISTAKE
  return embedding(wte, x);
#else
  return embedding(wte, ids);
#endif
}
