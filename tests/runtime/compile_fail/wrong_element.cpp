// EXPECT: deleted function.*const float.*const int|const float.*const std::int32_t.*deleted
// function Floats where the entry takes token ids.
#include "fixture/toy.tenon.h"

tenon::runtime::status f(toy::session& session, std::span<const std::int32_t> ids,
                         std::span<float> x) {
  const tenon::runtime::tensor<float, toy::batch, toy::seq, toy::n_embd> out(x, 1, 3);
#ifdef MISTAKE
  return session.forward(tenon::runtime::tensor<const float, toy::batch, toy::seq>(x, 1, 3), out,
                         0);
#else
  return session.forward(
      tenon::runtime::tensor<const std::int32_t, toy::batch, toy::seq>(ids, 1, 3), out, 0);
#endif
}
