// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*toy::n_embd.*toy::seq|toy::n_embd.*seq.*deleted function
// A tensor over another dimension than the entry's, though its size would fit.
#include "fixture/toy.tenon.h"

namespace rt = tenon::runtime;
using x_tensor = rt::tensor<float, toy::batch, toy::seq, toy::n_embd>;
using right = rt::tensor<const std::int32_t, toy::batch, toy::seq>;
using wrong = rt::tensor<const std::int32_t, toy::batch, toy::n_embd>;

rt::status f(toy::session& session, std::span<const std::int32_t> ids, x_tensor x) {
#ifdef MISTAKE
  return session.forward(wrong(ids, 1), x);
#else
  return session.forward(right(ids, 1, 3), x);
#endif
}
