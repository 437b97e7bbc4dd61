// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program reads of its models at run time is what they were compiled for.
#include <algorithm>

#include <catch2/catch.hpp>

#include "checkpoint/choose_model.hpp"
#include "checkpoint/compiled_model.hpp"
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
  const compiled_model found = read_compiled_model(*which.model);
  INFO(which.model->name);
  CHECK(differences(read_wanted_model(which.checkpoint), found) == std::vector<std::string>{});
  CHECK(found.compute == TENON_F32);
  CHECK(std::string(found.configuration).starts_with(which.model->name));
}

TEST_CASE("a GPT-2 says what only training uses", "[compiled]") {
  const auto& which = golden_models()[GENERATE(range(0, n_gpt2s))];
  const compiled_gpt found = read_compiled(*which.model);
  INFO(which.model->name);
  CHECK(found.config.max_batch == 3);
  CHECK(found.config.bias);
  CHECK(found.config.dropout == 0.1);
}

TEST_CASE("the program's models are those that it was linked with, in that order", "[compiled]") {
  std::vector<std::string> names;
  for (const compiled_model& each : all_compiled_models()) names.push_back(each.model->name);
  CHECK(names == std::vector<std::string>{"tiny_masks", "tiny_sharded_erf", "tiny_prefixed",
                                          "tiny_untied", "licences", "llama", "qwen3", "wide"});
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
          ";gpt_x:llama,n_layer=2,n_head=6,n_kv=2,n_dim=12,n_embd=42,n_hidden=56,n_vocab=345,"
          "n_block=48,theta=5000,epsilon=1e-05,scaling=4/1/4/24,untied' build");
  wanted_model shorter = llama;
  shorter.n_positions = 47;
  refused(shorter, "", "", "max_position_embeddings is 47, 'llama' has more, 48;");
  const std::vector<compiled_model> gpts(models.begin(), models.begin() + n_gpt2s);
  CHECK_THROWS_WITH(choose_model("x", llama, gpts),
                    Contains("fits: the family is llama, 'tiny_masks' has gpt2; build"));
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
