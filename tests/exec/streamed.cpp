// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Large results are stored past the caches, small ones are not: the same bits either way.
#include "driver.hpp"
#include "streamed.tenon.h"

TEST_CASE("results that are stored past the caches have the bits of those that are not") {
  using namespace driver;
  const tenon_model& model = tenon_model_streamed;
  const auto given = random_parameters(model);
  std::mt19937 random(4);
  constexpr std::int64_t b = 4, t = 1023;  // 23.6 MB; the part of one sequence has 5.9 MB
  words ids;
  while (ids.size() < b * t) ids.push_back(random() % 300);
  for (const std::string& variant : variants_of(model)) {
    const auto weights = given.pack(model, variant);
    for (const int threads : {1, 3}) {
      auto session = open_session(model, weights, variant, threads);
      const auto all = call(session, model, 0, sizes_of(model, b, t), {ids});
      for (std::int64_t row = 0; row < b; ++row) {
        const words own(ids.begin() + row * t, ids.begin() + (row + 1) * t);
        const auto alone = call(session, model, 0, sizes_of(model, 1, t), {own});
        for (std::size_t i = 0; i < alone.size(); ++i) {
          CAPTURE(variant, threads, row, i);
          REQUIRE(std::equal(alone[i].begin(), alone[i].end(),
                             all[i].begin() + row * static_cast<std::int64_t>(alone[i].size())));
        }
      }
    }
  }
}
