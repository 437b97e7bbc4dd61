// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*const float.*const int|const float.*const std::int32_t.*deleted
// Floats where the entry takes token ids.
#include "fixture/toy.tenon.h"

namespace rt = tenon::runtime;
using x_tensor = rt::tensor<float, toy::batch, toy::seq, toy::n_embd>;
using right = rt::tensor<const std::int32_t, toy::batch, toy::seq>;
using wrong = rt::tensor<const float, toy::batch, toy::seq>;

rt::status f(toy::session& session, right ids, wrong values, x_tensor x) {
#ifdef MISTAKE
  return session.forward(values, x);
#else
  return session.forward(ids, x);
#endif
}
