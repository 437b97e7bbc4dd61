// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scalars of entries that train: each has the range that PyTorch's optimisers ask for, and a value
// out of it is refused before anything runs, on every entry.
#include <cmath>
#include <limits>
#include <map>

#include <tenon/runtime/model.h>

#include "driver.hpp"
#include "train_gpt.tenon.h"
#include "updates.tenon.h"

namespace {

using namespace driver;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A value inside of the range of the scalar of that name, and all that are outside.
struct scalar_values {
  double inside;
  std::vector<double> outside;
};
const double nan = std::nan("");
const std::map<std::string, scalar_values> known = {
    {"step", {3, {-1, -2147483648.0}}},
    {"seed", {-7, {}}},
    {"first_sequence", {1, {-1}}},
    {"micro_step", {1, {-1}}},
    {"scale", {-0.5, {nan, infinity, -infinity}}},
    {"lr", {1e-3, {nan, infinity, -infinity, -1e-30}}},
    {"beta1", {0.9, {nan, 1, 1.5, -0.1, infinity}}},
    {"beta2", {0.999, {nan, 1, 1.5, -0.1, infinity}}},
    {"eps", {0, {nan, infinity, -1e-8}}},
    {"weight_decay", {0.1, {nan, infinity, -0.1}}},
    {"max_norm", {infinity, {nan, -1, -infinity}}}};

words word_of(const tenon_tensor& type, double given) {
  if (type.dtype == TENON_I32)
    return {static_cast<std::uint32_t>(static_cast<std::int32_t>(given))};
  return {bits(static_cast<float>(given))};
}

/// Parameters, gradients and moments of all tensors.
words everything(const rt::weights& weights) {
  words all;
  tenon_tensor_list* list = nullptr;
  REQUIRE(tenon_tensor_list_create(&weights.model(), &list).code == TENON_OK);
  const tenon_named_tensor* tensors = nullptr;
  const std::size_t count = tenon_tensor_list_all(list, &tensors);
  for (const auto what : {TENON_VALUE, TENON_GRADIENT, TENON_MOMENT_1, TENON_MOMENT_2})
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t bytes = tenon_tensor_bytes(&tensors[i]);
      const std::size_t at = all.size();
      all.resize(at + bytes / sizeof all[0]);
      REQUIRE(tenon_weights_read(weights.handle(), what, tensors[i].name, &all[at], bytes).code ==
              TENON_OK);
    }
  tenon_tensor_list_free(list);
  return all;
}

void check_entry(const tenon_model& model, std::uint32_t index) {
  const tenon_entry& entry = model.entries[index];
  const std::string variant = variants_of(model).front();
  const rt::weights weights = *rt::weights::random(model, 1, options_for(variant));
  auto session = open_session(model, weights, variant, 2);
  std::vector<std::int64_t> sizes;
  for (std::uint32_t i = 0; i < model.n_dims; ++i) sizes.push_back(model.dims[i].min);
  std::vector<words> inputs;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    CAPTURE(entry.name, entry.inputs[i].name);
    if (entry.inputs[i].rank == 0)
      inputs.push_back(word_of(entry.inputs[i], known.at(entry.inputs[i].name).inside));
    else
      inputs.emplace_back(count_of(entry.inputs[i], sizes), 1);
  }
  call(session, model, index, sizes, inputs);  // gradients and moments are not just zero
  const words before = everything(weights);
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    if (entry.inputs[i].rank != 0) continue;
    for (const double wrong : known.at(entry.inputs[i].name).outside) {
      CAPTURE(entry.name, entry.inputs[i].name, wrong);
      auto given = inputs;
      given[i] = word_of(entry.inputs[i], wrong);
      const auto refused = try_call(session, model, index, sizes, given);
      CHECK(refused.error().code() == TENON_INVALID_ARGUMENT);
      CHECK_THAT(refused.message(),
                 Catch::StartsWith("entry '" + std::string(entry.name) + "': input '" +
                                   entry.inputs[i].name + "' is ") &&
                     Catch::Contains(", must lie in "));
      REQUIRE(everything(weights) == before);
    }
  }
}

}  // namespace

TEST_CASE("scalars out of their range are refused by every entry that trains") {
  int n_entries = 0;
  for (const tenon_model* model : {&tenon_model_train_gpt, &tenon_model_updates})
    for (std::uint32_t i = 0; i < model->n_entries; ++i)
      if (model->entries[i].trains) {
        check_entry(*model, i);
        ++n_entries;
      }
  CHECK(n_entries == 5);  // train_step, gradients; update, update_sgd, init
}
