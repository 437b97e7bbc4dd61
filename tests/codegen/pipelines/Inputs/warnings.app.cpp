// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Uses a generated header as an application does.
#include "strict.tenon.h"

#include <span>

namespace {
tenon::runtime::status use(strict::session &session, std::span<const std::int32_t> ids,
                           std::span<float> logits, float &loss) {
  if (auto ran = session.step({ids, 1, 4}, {logits, 1}, 0); !ran)
    return ran;
  if (auto ran = session.forward({ids, 1, 4}, {logits, 1, 4}); !ran)
    return ran;
  return session.loss({ids, 1, 4}, {ids, 1, 4}, loss);
}
} // namespace

int main() {
  auto weights = tenon::runtime::weights::zero(strict::model());
  if (!weights)
    return 1;
  auto session = strict::session::create(*weights);
  auto ids = tenon::runtime::buffer<std::int32_t>::create(4);
  auto logits = tenon::runtime::buffer<float>::create(4 * strict::n_vocab::max);
  float loss = 0;
  return session && ids && logits && use(*session, *ids, *logits, loss) ? 0 : 1;
}
