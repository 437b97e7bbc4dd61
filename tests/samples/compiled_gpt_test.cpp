// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program reads of its models at run time is what they were compiled for.
#include <algorithm>

#include <catch2/catch.hpp>

#include "checkpoint/choose_model.hpp"
#include "golden_models.hpp"
#include "model_error.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

// A model that says something else of itself.
tenon_model saying(const tenon_model& model, std::span<const tenon_metadata> metadata) {
  tenon_model other = model;
  other.metadata = metadata.data();
  other.n_metadata = static_cast<std::uint32_t>(metadata.size());
  return other;
}

}  // namespace

TEST_CASE("a model has the sizes, forms and numbers of its checkpoint's config.json",
          "[compiled]") {
  const auto& which = golden_models()[GENERATE(range(0, n_goldens))];
  const compiled_gpt found = read_compiled(*which.model);
  INFO(which.model->name);
  CHECK(differences(read_model_config(which.checkpoint), found) == std::vector<std::string>{});
  CHECK(found.config.max_batch == 3);
  CHECK(found.config.bias);
  CHECK(found.config.dropout == 0.1);
  CHECK(found.compute == TENON_F32);
  CHECK(std::string(found.configuration).starts_with(which.model->name));
}

TEST_CASE("the program's models are those that it was linked with, in that order", "[compiled]") {
  std::vector<std::string> names;
  for (const compiled_gpt& each : compiled_models()) names.push_back(each.model->name);
  CHECK(names == std::vector<std::string>{"tiny_masks", "tiny_sharded_erf", "tiny_prefixed",
                                          "tiny_untied", "licences", "wide"});
}

TEST_CASE("what a model does not say, or says wrongly, is named", "[compiled]") {
  const tenon_model& model = *golden_models()[0].model;
  std::vector<tenon_metadata> words(model.metadata, model.metadata + model.n_metadata);
  const auto said = [&] {
    const tenon_model other = saying(model, words);
    static_cast<void>(read_compiled(other));
  };
  CHECK_NOTHROW(said());
  const auto word = [&](const std::string& key) -> const char*& {
    return std::ranges::find(words, key, &tenon_metadata::key)->value;
  };
  for (const char* const wrong : {"1e-5x", "", "one"}) {
    word("layer_norm_epsilon") = wrong;
    CHECK_THROWS_WITH(said(), Contains("model 'tiny_masks' says that its layer_norm_epsilon is '" +
                                       std::string(wrong) + "', it must be a number;"));
  }
  word("layer_norm_epsilon") = "1e-5";
  word("activation_function") = "gelo";
  CHECK_THROWS_WITH(said(),
                    Contains("activation_function is 'gelo', it must be one of activations.hpp"));
  words.clear();
  CHECK_THROWS_WITH(said(), Contains("model 'tiny_masks' does not say its dropout; add METADATA "
                                     "dropout=... to its tenon_add_model"));
}
