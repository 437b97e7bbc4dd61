// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which compiled model serves a config.json, and what is said if none does.
#include <array>

#include <catch2/catch.hpp>

#include "checkpoint/choose_model.hpp"
#include "checkpoint/model_config.hpp"
#include "model_error.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

constexpr tenon_model named(const char* name) {
  tenon_model model{};
  model.name = name;
  return model;
}
constexpr tenon_model small_model = named("small"), large_model = named("large");
constexpr compiled_gpt small{
    &small_model, {.n_layer = 2, .n_head = 2, .n_embd = 32, .n_block = 32, .n_vocab = 65}, "small"};
constexpr compiled_gpt large{&large_model, {}, "gpt2"};
constexpr std::array models{small, large};

model_config small_config() { return {2, 2, 32, 65, 32, activation::gelu_new, 1e-5, {}}; }

constexpr tenon_model narrow_model = named("small_bf16");
constexpr compiled_gpt narrow{&narrow_model, small.config, "small+bf16", TENON_BF16};

std::vector<compiled_model> compiled(std::span<const compiled_gpt> gpts) {
  std::vector<compiled_model> all;
  for (const compiled_gpt& each : gpts) all.push_back(compiled_of(each));
  return all;
}

std::string choose(const model_config& config) {
  return choose_model("models/my-gpt.v2", wanted_of(config), compiled(models)).model->name;
}

}  // namespace

TEST_CASE("the model with the same sizes is chosen", "[choose]") {
  CHECK(choose(small_config()) == "small");
  CHECK(choose({12, 12, 768, 50257, 1024, activation::gelu_new, 1e-5, {}}) == "large");
}

TEST_CASE("the model that computes in the type asked for is chosen, or named as missing",
          "[choose]") {
  const std::array all{narrow, small, large};
  const auto in = [&](tenon_dtype compute, std::span<const compiled_gpt> of) {
    return std::string(
        choose_model("models/x", wanted_of(small_config()), compiled(of), compute).model->name);
  };
  CHECK(in(TENON_F32, all) == "small");
  CHECK(in(TENON_BF16, all) == "small_bf16");
  CHECK_THROWS_WITH(in(TENON_BF16, models),
                    Contains("bf16 is asked for, 'small' computes in f32;") &&
                        Contains("'small;gpt2;gpt_x:2,2,32,65,32,gelu_new+bf16'"));
}

TEST_CASE("each value that differs is named with both sides", "[choose]") {
  const auto differs = [](auto change, const char* expected) {
    model_config config = small_config();
    change(config);
    CHECK_THROWS_WITH(choose(config), Contains(expected));
  };
  differs([](auto& c) { c.n_layer = 3; }, "n_layer is 3, 'small' has 2;");
  differs([](auto& c) { c.n_head = 4; }, "n_head is 4, 'small' has 2;");
  differs([](auto& c) { c.n_embd = 34; }, "n_embd is 34, 'small' has 32;");
  differs([](auto& c) { c.vocab_size = 66; }, "vocab_size is 66, 'small' has 65;");
  differs([](auto& c) { c.n_positions = 16; }, "n_positions is 16, 'small' has 32;");
  differs([](auto& c) { c.act = activation::gelu; },
          "activation_function is gelu, 'small' has gelu_new;");
  differs([](auto& c) { c.n_inner = 72; }, "n_inner is 72, 'small' has 4 * n_embd;");
  differs([](auto& c) { c.tied = false; }, "tie_word_embeddings is false, 'small' has true;");
  differs([](auto& c) { c.epsilon = 1e-3; }, "layer_norm_epsilon is 0.001, 'small' has 1e-05;");
}

TEST_CASE("the message has the CMake line that adds the model", "[choose]") {
  model_config config = small_config();
  config.n_layer = 3;
  CHECK_THROWS_WITH(
      choose(config),
      Contains(
          "cmake -DTENON_SAMPLES_GPT2='small;gpt2;gpt_my_gpt_v2:3,2,32,65,32,gelu_new' build"));
  CHECK(wanted_of({1, 2, 3, 4, 5, activation::gelu, 1e-3, {}}).configuration ==
        "1,2,3,4,5,gelu,0.001");
  CHECK(wanted_of({1, 2, 3, 4, 5, activation::gelu_new, 1e-5, {}, 7, false}).configuration ==
        "1,2,3,4,5,gelu_new,n_inner=7,untied");
}

TEST_CASE("the line's name is no keyword, no built-in one and not taken", "[choose]") {
  model_config config = small_config();
  config.n_layer = 3;
  static constexpr tenon_model taken_model = named("gpt_mine"),
                               narrow_taken = named("gpt_other_bf16");
  const std::array all{small, compiled_gpt{&taken_model, {}, "taken"},
                       compiled_gpt{&narrow_taken, {}, "narrow"}};
  const auto named_for = [&](const char* directory, const char* name) {
    CHECK_THROWS_WITH(
        choose_model(directory, wanted_of(config), compiled(all)),
        Contains("'small;taken;narrow;" + std::string(name) + ":3,2,32,65,32,gelu_new'"));
  };
  named_for("models/gpt2", "gpt_gpt2");
  named_for("models/gpt2/", "gpt_gpt2");
  named_for("models/int", "gpt_int");
  named_for("models/mine", "gpt_mine_2");
  named_for("models/other", "gpt_other_2");
  named_for("models/3'; rm -r x", "gpt_3___rm__r_x");
  named_for(
      "models/gr\xc3\xb6\xc3\x9f"
      "er",
      "gpt_gr____er");
}

TEST_CASE("what no build can honour is refused without advice to rebuild", "[choose]") {
  model_config config = small_config();
  config.keys = {{"scale_attn_weights", "false", "not here"}};
  CHECK_THROWS_WITH(choose(config),
                    Contains("scale_attn_weights is false: not here") && !Contains("cmake"));
  config = small_config();
  config.n_head = 3;
  CHECK_THROWS_WITH(choose(config), Contains("n_head is 3, which does not divide n_embd, 32"));
}
