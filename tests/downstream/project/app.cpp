// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the tiny model on parameters from a seed and prints a row of its output.
#include "tiny.tenon.h"

#include <cstdio>

int main() {
  namespace rt = tenon::runtime;
  auto weights = rt::weights::random(tiny::model(), 1);
  if (!weights) return std::fprintf(stderr, "%s\n", weights.message()), 1;
  auto session = tiny::session::create(*weights);
  if (!session) return std::fprintf(stderr, "%s\n", session.message()), 1;

  auto ids = rt::buffer<std::int32_t>::create(2);
  auto y = rt::buffer<float>::create(2 * tiny::n_embd::max);
  if (!ids || !y) return 1;
  (*ids)[0] = 3;
  (*ids)[1] = 10;
  if (auto ran = session->forward({*ids, 1, 2}, {*y, 1, 2}); !ran)
    return std::fprintf(stderr, "%s\n", ran.message()), 1;

  if (rt::version() != TENON_PACKAGE_VERSION) return std::puts("another version is linked"), 1;
  std::printf("app: %d columns", static_cast<int>(tiny::n_embd::max));
  float sum = 0;
  for (std::size_t i = 0; i < tiny::n_embd::max; ++i) sum += (*y)[i] * (*y)[i];
  std::printf(", squares of a normed row sum to %.2f\n", static_cast<double>(sum));
  return 0;
}
