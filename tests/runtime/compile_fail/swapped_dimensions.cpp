// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*toy::seq, toy::batch.*toy::batch, toy::seq|toy::seq, toy::batch.*batch,
// The right dimensions in the wrong order.
#include "fixture/toy.tenon.h"

namespace rt = tenon::runtime;
using x_tensor = rt::tensor<float, toy::batch, toy::seq, toy::n_embd>;
using right = rt::tensor<const std::int32_t, toy::batch, toy::seq>;
using wrong = rt::tensor<const std::int32_t, toy::seq, toy::batch>;

rt::status f(toy::session& session, std::span<const std::int32_t> ids, x_tensor x) {
#ifdef MISTAKE
  return session.forward(wrong(ids, 3, 1), x);
#else
  return session.forward(right(ids, 1, 3), x);
#endif
}
