// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which code runs: the most capable variant, the one that TENON_CPU names, or none with the reason.
#include <cstdlib>

#include "driver.hpp"
#include "gpt_d5.tenon.h"

namespace {

using namespace driver;

/// TENON_CPU for the time of a test.
struct named_cpu {
  explicit named_cpu(const std::string& name) { setenv("TENON_CPU", name.c_str(), 1); }
  ~named_cpu() { unsetenv("TENON_CPU"); }
  named_cpu(const named_cpu&) = delete;
  named_cpu& operator=(const named_cpu&) = delete;
};

}  // namespace

TEST_CASE(
    "TENON_CPU chooses among the generated variants, and each computes the same within rounding") {
  const tenon_model& model = tenon_model_gpt_d5;
  const auto given = random_parameters(model);
  const auto forward = entry_of(model, "forward");
  const words ids(17, 3);
  words first;
  for (const std::string& name : variants_of(model)) {
    const named_cpu chosen(name);
    rt::options none{};
    std::vector<tenon_named_tensor> named;
    for (const auto& [tensor, x] : given.tensors)
      named.push_back({tensor.c_str(), TENON_F32, static_cast<std::uint32_t>(x.shape.size()),
                       x.shape.data(), x.values.data()});
    const auto weights = rt::weights::from_tensors(model, named, none);
    INFO(weights.message());
    REQUIRE(weights);
    CHECK(weights->variant().name == name);
    auto session = open_session(model, *weights, name, 1);
    const auto got = call(session, model, forward, sizes_of(model, 1, 17), {ids})[0];
    if (first.empty()) first = got;
    for (std::size_t i = 0; i < got.size(); ++i)
      REQUIRE(value(got[i]) == Approx(value(first[i])).margin(1e-3));
  }
}

TEST_CASE("a CPU variant that was not built, or cannot run here, is refused by name") {
  const tenon_model& model = tenon_model_gpt_d5;
  std::uint32_t chosen = 0;
  const named_cpu unknown("pentium");
  const tenon_status outcome = tenon_variant_select(&model, nullptr, &chosen);
  CHECK(outcome.code != TENON_OK);
  const std::string message = outcome.message;
  CHECK(message.find("pentium") != std::string::npos);
  CHECK(message.find(model.variants[0].name) != std::string::npos);
}
