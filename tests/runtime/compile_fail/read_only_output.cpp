// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*const float.*T = float|const float.*tensor<float.*deleted function
// An output that may not be written.
#include "fixture/toy.tenon.h"

namespace rt = tenon::runtime;
using ids_tensor = rt::tensor<const std::int32_t, toy::batch, toy::seq>;
using right = rt::tensor<float, toy::batch, toy::n_vocab>;
using wrong = rt::tensor<const float, toy::batch, toy::n_vocab>;

rt::status f(toy::session& session, ids_tensor ids, std::span<float> logits) {
#ifdef MISTAKE
  return session.step(ids, wrong(logits, 1), 0);
#else
  return session.step(ids, right(logits, 1), 0);
#endif
}
