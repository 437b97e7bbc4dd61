// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compiled once beside each model `twin`; TENON_TWIN is the form of GELU that is expected of it.
#include "twin.hpp"

#include <numeric>

#include "twin.tenon.h"

#define TENON_JOIN_(a, b) a##b
#define TENON_JOIN(a, b) TENON_JOIN_(a, b)

namespace rt = tenon::runtime;

std::vector<float> TENON_JOIN(run_, TENON_TWIN)(const std::vector<float>& table) {
  const std::int64_t shape[] = {11, 16};
  const tenon_named_tensor tensors[] = {{"wte.weight", TENON_F32, 2, shape, table.data()}};
  auto session = *twin::session::create(*rt::weights::from_tensors(twin::model(), tensors));
  auto ids = *rt::buffer<std::int32_t>::create(12);
  std::iota(ids.begin(), ids.begin() + 11, 0);
  auto x = *rt::buffer<float>::create(12 * 16);
  if (!session.forward({ids, 2, 6}, {x, 2, 6})) return {};
  return {x.begin(), x.begin() + 11 * 16};
}

const tenon_model& TENON_JOIN(model_, TENON_TWIN)() { return twin::model(); }
