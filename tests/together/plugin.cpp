// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shared library with a Tenon of its own inside; built with two versions of Tenon.
#include <cstdio>

#include "fixture/toy.tenon.h"

namespace rt = tenon::runtime;

/// The version of its headers, and what came of a call, in `text`.
extern "C" void TENON_PLUGIN(char* text, std::size_t bytes) {
  const auto tell = [&](const char* what) {
    std::snprintf(text, bytes, "version %d: %s", TENON_ABI_VERSION, what);
  };
  const auto weights = rt::weights::random(toy::model(), 1);
  if (!weights) return tell(weights.message());
  auto session = toy::session::create(*weights);
  if (!session) return tell(session.message());
  auto ids = *rt::buffer<std::int32_t>::create(2);
  auto logits = *rt::buffer<float>::create(11);
  const rt::status ran = session->step({ids, 1, 2}, {logits, 1}, 0);
  tell(ran ? "ran" : ran.message());
}
