// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: name_is_longer_than_4096_bytes<tenon::at_line<[0-9]+> ?>
#include "dims.hpp"

#define A_HUNDRED                                                                                  \
  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123" \
  "456789"
#define A_THOUSAND                                                                          \
  A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED A_HUNDRED \
      A_HUNDRED

struct model {
#ifdef MISTAKE
  param<f32, n_vocab, n_embd> wte{A_THOUSAND A_THOUSAND A_THOUSAND A_THOUSAND A_HUNDRED, zeros};
#else
  param<f32, n_vocab, n_embd> wte{A_THOUSAND A_THOUSAND A_THOUSAND A_THOUSAND, zeros};
#endif
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(embedding(wte, ids)));
  }
};
TENON_MODEL(model, model{});
