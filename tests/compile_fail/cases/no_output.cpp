// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: outputs: needs output<"name">\(x\), \.\.\.
#include "dims.hpp"

auto f(hidden_states x) {
#ifdef MISTAKE
  return outputs();
#else
  return outputs(output<"x">(x));
#endif
}
