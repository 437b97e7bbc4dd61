// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: base_must_be_above_0_and_finite<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

struct n_half : dim<4> {};

struct model {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
#ifdef MISTAKE
    auto f = nn::rotary_frequencies<n_half>(ids, -10000.0);
#else
    auto f = nn::rotary_frequencies<n_half>(ids, 500000.0);
#endif
    return outputs(output<"x">(nn::rotary<seq>(ids, f).cosines));
  }
};
TENON_MODEL(model, model{});
