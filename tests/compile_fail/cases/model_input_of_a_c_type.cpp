// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: element_type_must_be_f32_bf16_i32_or_f64<int>
#include "dims.hpp"

struct model {
#ifdef MISTAKE
  constexpr auto operator()(input<"x", int, batch, seq> x) const {
#else
  constexpr auto operator()(input<"x", i32, batch, seq> x) const {
#endif
    return outputs(output<"x">(x));
  }
};
TENON_MODEL(model, model{});
