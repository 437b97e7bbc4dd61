// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program reads of its models at run time is what they were compiled for.
#include <catch2/catch.hpp>

#include "checkpoint/choose_model.hpp"
#include "checkpoint/compiled_model.hpp"
#include "golden_models.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

TEST_CASE("a model has the sizes, forms and numbers of its checkpoint's config.json",
          "[compiled]") {
  const auto& which = golden_models()[GENERATE(range(0, n_goldens))];
  const compiled_model found = read_compiled_model(*which.model);
  INFO(which.model->name);
  CHECK(differences(read_wanted_model(which.checkpoint), found) == std::vector<std::string>{});
  CHECK(found.compute == TENON_F32);
  CHECK(std::string(found.configuration).starts_with(which.model->name));
}

TEST_CASE("the program's models are those that it was linked with, in that order", "[compiled]") {
  std::vector<std::string> names;
  for (const compiled_model& each : all_compiled_models()) names.push_back(each.model->name);
  CHECK(names == std::vector<std::string>{"tiny_masks", "tiny_sharded_erf", "tiny_prefixed",
                                          "tiny_untied", "licences", "llama", "qwen3", "neox",
                                          "neox_sequential", "gptj", "bloom", "gemma2", "mixtral",
                                          "wide"});
}

TEST_CASE("a checkpoint of another family, or with another number, finds no model", "[compiled]") {
  const auto models = all_compiled_models();
  const auto refused = [&](wanted_model wanted, const char* key, const char* value,
                           const char* why) {
    for (model_value& each : wanted.values)
      if (each.key == key) each.value = value;
    CHECK_THROWS_WITH(choose_model("x", wanted, models), Contains(why));
  };
  const wanted_model llama = read_wanted_model(golden_models()[n_gpt2s].checkpoint);
  CHECK(choose_model("x", llama, models).model->name == std::string("llama"));
  refused(llama, "rope_theta", "500000", "fits: rope_theta is 500000, 'llama' has 5000; build");
  refused(llama, "rope_scaling", "none", "rope_scaling is none, 'llama' has 4/1/4/24;");
  refused(llama, "head_dim", "64", "head_dim is 64, 'llama' has 12;");
  refused(llama, "tie_word_embeddings", "true", "tie_word_embeddings is true, 'llama' has false;");
  refused(llama, "norms of queries and keys", "true", "keys is true, 'llama' has false;");
  refused(llama, "head_dim", "64",
          ";gpt_x:llama,n_layer=2,n_head=6,n_kv=2,n_dim=64,n_embd=42,n_hidden=56,n_vocab=345,"
          "n_block=48,theta=5000,scaling=4/1/4/24,epsilon=1e-05,act=silu,untied' build");
  refused(llama, "max_position_embeddings", "47",
          "max_position_embeddings is 47, 'llama' has more, 48;");
  const std::vector<compiled_model> gpts(models.begin(), models.begin() + n_gpt2s);
  CHECK_THROWS_WITH(choose_model("x", llama, gpts),
                    Contains("fits: the family is llama, 'tiny_masks' has gpt2; build"));
}

TEST_CASE("what a model does not say is named", "[compiled]") {
  const tenon_model& model = *golden_models()[0].model;
  for (const std::string left_out : {"family", "settings", "configuration"}) {
    std::vector<tenon_metadata> words;
    for (std::uint32_t i = 0; i < model.n_metadata; ++i)
      if (model.metadata[i].key != left_out) words.push_back(model.metadata[i]);
    REQUIRE(words.size() + 1 == model.n_metadata);
    tenon_model other = model;
    other.metadata = words.data();
    other.n_metadata = static_cast<std::uint32_t>(words.size());
    CHECK_THROWS_WITH(read_compiled_model(other),
                      Contains("model 'tiny_masks' does not say its " + left_out +
                               "; add METADATA " + left_out + "=... to its tenon_add_model"));
  }
}
