// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_score_function_captures_tensors_but_no_parameters<.*, tenon::at_lines<1[0-9]u?,
// 1[0-9]u?> ?>
#include "dims.hpp"

struct model {
  key_cache cache{"cache"};
  param<f32, n_kv> slope{"slope", ones};
  constexpr auto operator()(input<"q", f32, batch, seq, n_kv, n_group, n_dim> q,
                            input<"k", f32, batch, seq, n_kv, n_dim> k) const {
#ifdef MISTAKE
    auto f = [&](auto s) { return s * slope; };
#else
    auto f = [&](auto s) { return s * 2; };
#endif
    return outputs(output<"y">(attention<n_dim>(q, k, k, cache, f)));
  }
};
TENON_MODEL(model, model{});
