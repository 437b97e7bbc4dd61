// EXPECT: deleted function.*const float.*T = float|const float.*tensor<float.*deleted function
// An output that may not be written.
#include "fixture/toy.tenon.h"

tenon::runtime::status f(toy::session& session, std::span<const std::int32_t> ids,
                         std::span<float> x) {
  const tenon::runtime::tensor<const std::int32_t, toy::batch, toy::seq> in(ids, 1, 3);
#ifdef MISTAKE
  return session.step(in, tenon::runtime::tensor<const float, toy::batch, toy::n_vocab>(x, 1), 0);
#else
  return session.step(in, tenon::runtime::tensor<float, toy::batch, toy::n_vocab>(x, 1), 0);
#endif
}
