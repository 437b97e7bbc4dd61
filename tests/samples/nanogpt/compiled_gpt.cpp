// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program reads of its GPTs at run time is what they were compiled for.
#include "compiled_gpt.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

const tenon_model& licences() { return tenon::runtime::find_model("licences")->raw(); }

}  // namespace

TEST_CASE("a GPT says what it was compiled for", "[compiled]") {
  const gpt_config found = read_compiled(licences()).config;
  CHECK(found.n_layer == 3);
  CHECK(found.n_head == 3);
  CHECK(found.n_embd == 96);
  CHECK(found.n_vocab == 1024);
  CHECK(found.n_block == 256);
  CHECK(found.max_batch == 64);
  CHECK(found.bias);
  CHECK(found.dropout == 0);
  CHECK(found.act == activation::gelu_new);
  CHECK(found.epsilon == 1e-5);
  CHECK(found.n_inner == 0);
  CHECK(found.tied);
}

TEST_CASE("what a model does not say, or says wrongly, is named", "[compiled]") {
  const tenon_model& model = licences();
  std::vector<tenon_metadata> words(model.metadata, model.metadata + model.n_metadata);
  const auto said = [&] {
    tenon_model other = model;
    other.metadata = words.data();
    other.n_metadata = static_cast<std::uint32_t>(words.size());
    static_cast<void>(read_compiled(other));
  };
  CHECK_NOTHROW(said());
  const auto word = [&](const std::string& key) -> const char*& {
    return std::ranges::find(words, key, &tenon_metadata::key)->value;
  };
  for (const char* const wrong : {"1e-5x", "", "one"}) {
    word("layer_norm_epsilon") = wrong;
    CHECK_THROWS_WITH(said(), Contains("model 'licences' says that its layer_norm_epsilon is '" +
                                       std::string(wrong) + "', it must be a number;"));
  }
  word("layer_norm_epsilon") = "1e-5";
  word("activation_function") = "gelo";
  CHECK_THROWS_WITH(said(),
                    Contains("activation_function is 'gelo', it must be one of activations.hpp"));
  words.clear();
  CHECK_THROWS_WITH(said(), Contains("model 'licences' does not say its dropout; add METADATA "
                                     "dropout=... to its tenon_add_model"));
}
