// EXPECT: deleted function.*toy::seq, toy::batch.*toy::batch, toy::seq|toy::seq, toy::batch.*batch,
// seq.*deleted function The right dimensions in the wrong order.
#include "fixture/toy.tenon.h"

tenon::runtime::status f(toy::session& session, std::span<const std::int32_t> ids,
                         std::span<float> x) {
  const tenon::runtime::tensor<float, toy::batch, toy::seq, toy::n_embd> out(x, 1, 3);
#ifdef MISTAKE
  return session.forward(
      tenon::runtime::tensor<const std::int32_t, toy::seq, toy::batch>(ids, 3, 1), out, 0);
#else
  return session.forward(
      tenon::runtime::tensor<const std::int32_t, toy::batch, toy::seq>(ids, 1, 3), out, 0);
#endif
}
