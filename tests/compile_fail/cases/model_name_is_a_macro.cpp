// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_of_a_model_is_no_c_identifier_or_is_a_macro<(tenon::)?fixed_name<2(UL)?>\{"1"\} ?>
#include "dims.hpp"

struct model {
  constexpr auto operator()(input<"x", f32, batch, seq> x) const {
    return outputs(output<"y">(scale(x, 2)));
  }
};
#ifdef MISTAKE
#define penguin 1  // as `linux` is with -std=gnu++20
#else
#endif
TENON_MODEL(penguin, model{});
