// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Experts: which elements are the greatest where they are equal, infinite or NaN; experts that
// checkpoints store one tensor each, saved, loaded and drawn under names of their own.
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>

#include <tenon/runtime/files.hpp>

#include "choices.tenon.h"
#include "driver.hpp"
#include "mixtral.tenon.h"

namespace {

using namespace driver;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

struct row {
  std::vector<float> x;
  std::vector<float> which;  // the indices of the three greatest
};
const std::vector<row> rows{
    {{1, 2, 3, 4, 5, 6, 7}, {6, 5, 4}},
    {{5, 5, 5, 5, 5, 5, 5}, {0, 1, 2}},
    {{-0.0f, 0, -1, 0, -0.0f, -2, 1e-45f}, {6, 0, 1}},
    {{-1, -inf, -3, -inf, -1e-45f, -2, -1}, {4, 0, 6}},
    {{inf, 1, -nan, inf, 2, nan, 3}, {2, 5, 0}},
    {{-inf, -inf, -inf, -inf, -inf, -inf, -inf}, {0, 1, 2}},
};

std::vector<float> values_of(const rt::weights& weights, const tenon_named_tensor& tensor) {
  std::vector<float> values(tenon_tensor_bytes(&tensor) / sizeof(float));
  REQUIRE(weights.read(rt::memory::value, tensor.name, std::span(values)));
  return values;
}

std::string folder() {
  std::filesystem::create_directories("experts.saved");
  return "experts.saved";
}

}  // namespace

TEST_CASE("the greatest elements: equal ones in order, NaN first") {
  const tenon_model& model = tenon_model_choices;
  const auto sizes = sizes_of(model, 1, static_cast<std::int64_t>(rows.size()));
  words x;
  for (const row& each : rows)
    for (const float element : each.x) x.push_back(bits(element));
  for (const std::string& variant : variants_of(model))
    for (const int threads : {1, 3}) {
      auto session =
          open_session(model, *rt::weights::zero(model, options_for(variant)), variant, threads);
      const auto results = call(session, model, entry_of(model, "forward"), sizes, {x});
      for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t i = 0; i < 3; ++i) {
          CAPTURE(variant, threads, r, i);
          const float which = rows[r].which[i];
          CHECK(value(results[1][3 * r + i]) == which);
          CHECK(results[0][3 * r + i] == bits(rows[r].x[static_cast<std::size_t>(which)]));
        }
    }
}

TEST_CASE("experts stored one tensor each have names of their own, saved and loaded") {
  const tenon_model& model = tenon_model_mixtral;
  const std::string path = folder() + "/model.safetensors";
  const auto drawn = rt::weights::random(model, 5);
  REQUIRE(drawn);
  REQUIRE(drawn->save(path));
  const auto loaded = rt::weights::load(model, path);
  INFO(loaded.message());
  REQUIRE(loaded);
  const auto list = *drawn->tensors();
  std::size_t experts = 0;
  for (const tenon_named_tensor& tensor : list) {
    CHECK(values_of(*drawn, tensor) == values_of(*loaded, tensor));
    if (std::string(tensor.name).find(".experts.") != std::string::npos) ++experts;
  }
  CHECK(experts == 2 * 3 * 7);
  const auto find = [&](const char* name) { return *list.find(name); };
  const tenon_named_tensor last = find("layers.1.experts.6.w2.weight");
  CHECK(std::vector(last.shape, last.shape + last.rank) == std::vector<std::int64_t>{20, 101});
  CHECK(values_of(*drawn, last) != values_of(*drawn, find("layers.1.experts.5.w2.weight")));
  CHECK(values_of(*drawn, last) != values_of(*drawn, find("layers.0.experts.6.w2.weight")));

  std::vector<std::vector<float>> memory;
  std::vector<tenon_named_tensor> offered;
  for (const tenon_named_tensor& tensor : list) {
    memory.push_back(values_of(*drawn, tensor));
    offered.push_back(tensor);
    offered.back().data = memory.back().data();
    if (std::string(tensor.name) == last.name) offered.pop_back();
  }
  const auto refused = rt::weights::from_tensors(model, offered);
  REQUIRE(!refused);
  CHECK_THAT(refused.message(), Catch::Contains("1 missing: layers.1.experts.6.w2.weight;"));
  std::filesystem::remove_all(folder());
}

TEST_CASE("experts are drawn as the stacked parameter is, however they are stored") {
  const tenon_model& model = tenon_model_mixtral;
  for (const std::string& variant : variants_of(model)) {
    const auto random = rt::weights::random(model, 9, options_for(variant));
    const auto initialised = rt::weights::zero(model, options_for(variant));
    REQUIRE(random);
    REQUIRE(initialised);
    auto session = open_session(model, *initialised, variant, 2);
    call(session, model, entry_of(model, "init"), sizes_of(model, 1, 1), {{9}});
    const auto list = *random->tensors();
    for (const tenon_named_tensor& tensor : list) {
      CAPTURE(variant, tensor.name);
      CHECK(values_of(*random, tensor) == values_of(*initialised, tensor));
    }
  }
}
