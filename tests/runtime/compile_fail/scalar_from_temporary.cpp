// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: deleted function.*T = float|'float' to '.*tensor<float>' invokes a deleted function
// A scalar output that would be written to a temporary.
#include "fixture/learner.tenon.h"

namespace rt = tenon::runtime;

rt::status f(learner::session& session, [[maybe_unused]] float& sum) {
#ifdef MISTAKE
  return session.sum(0.0f);
#else
  return session.sum(sum);
#endif
}
