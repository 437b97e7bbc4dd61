// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: x_has_no_dimension<seq, tenon::dims<batch, n_embd>
#include "dims.hpp"

auto f(tensor<f32, batch, n_embd> x) {
#ifdef MISTAKE
  return along<seq>(x);
#else
  return along<batch>(x);
#endif
}
