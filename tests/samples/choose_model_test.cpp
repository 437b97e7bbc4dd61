// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which compiled model serves a config.json, and what is said if none does.
#include <array>

#include <catch2/catch.hpp>

#include "checkpoint/choose_model.hpp"
#include "wanted.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

constexpr tenon_model named(const char* name) {
  tenon_model model{};
  model.name = name;
  return model;
}

compiled_model compiled(const tenon_model& model, const char* configuration,
                        const char* sizes =
                            "n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,"
                            "act=gelu_new,epsilon=1e-5") {
  return {.model = &model,
          .family = "gpt2",
          .settings = read_settings(sizes),
          .n_block = 32,
          .n_vocab = 65,
          .configuration = configuration};
}

constexpr tenon_model small_model = named("small"), large_model = named("large");
const compiled_model small = compiled(small_model, "small");
const std::array models{
    small, compiled(large_model, "gpt2",
                    "n_layer=12,n_head=12,n_embd=768,n_vocab=50257,n_block=1024,act=gelu_new,"
                    "epsilon=1e-5")};

const json small_config{{"n_layer", 2},     {"n_head", 2},       {"n_embd", 32},
                        {"vocab_size", 65}, {"n_positions", 32}, {"layer_norm_epsilon", 1e-5}};

std::string choose(const json& changes) {
  const wanted_model wanted = read_config(with(small_config, changes));
  return choose_model("models/my-gpt.v2", wanted, models).model->name;
}

}  // namespace

TEST_CASE("the model with the same sizes is chosen", "[choose]") {
  CHECK(choose(json::object()) == "small");
  CHECK(choose_model("models/gpt2", read_config(json::object()), models).model->name ==
        std::string("large"));
}

TEST_CASE("numbers are the same however they are written", "[choose]") {
  const auto fits = [](const char* written) {
    const std::array other{compiled(small_model, "small", written)};
    return differences(read_config(small_config), other[0]).empty();
  };
  CHECK(fits("n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu_new,epsilon=0.00001"));
  CHECK(fits("epsilon=1e-05,act=gelu_new,n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32"));
  CHECK_FALSE(fits("n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu_new,epsilon=1e-4"));
  CHECK_FALSE(fits("n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu_new"));
}

TEST_CASE("the model that computes in the type asked for is chosen, or named as missing",
          "[choose]") {
  constexpr tenon_model narrow_model = named("small_bf16");
  compiled_model narrow = compiled(narrow_model, "small+bf16");
  narrow.compute = TENON_BF16;
  const std::array all{narrow, small, models[1]};
  const auto in = [&](tenon_dtype compute, std::span<const compiled_model> of) {
    return std::string(
        choose_model("models/x", read_config(small_config), of, compute).model->name);
  };
  CHECK(in(TENON_F32, all) == "small");
  CHECK(in(TENON_BF16, all) == "small_bf16");
  CHECK_THROWS_WITH(in(TENON_BF16, models),
                    Contains("bf16 is asked for, 'small' computes in f32;") &&
                        Contains("'small;gpt2;gpt_x:gpt2,n_layer=2,n_head=2,n_embd=32,n_vocab=65,"
                                 "n_block=32,act=gelu_new,epsilon=1e-05+bf16'"));
}

TEST_CASE("each value that differs is named with both sides", "[choose]") {
  const auto differs = [](const json& changes, const char* expected) {
    CHECK_THROWS_WITH(choose(changes), Contains(expected));
  };
  differs({{"n_layer", 3}}, "n_layer is 3, 'small' has 2;");
  differs({{"n_head", 4}}, "n_head is 4, 'small' has 2;");
  differs({{"n_embd", 34}}, "n_embd is 34, 'small' has 32;");
  differs({{"vocab_size", 66}}, "vocab_size is 66, 'small' has 65;");
  differs({{"n_positions", 16}}, "n_positions is 16, 'small' has 32;");
  differs({{"activation_function", "gelu"}}, "activation_function is gelu, 'small' has gelu_new;");
  differs({{"n_inner", 72}}, "n_inner is 72, 'small' has 4 * n_embd;");
  differs({{"tie_word_embeddings", false}}, "tie_word_embeddings is false, 'small' has true;");
  differs({{"layer_norm_epsilon", 1e-3}}, "layer_norm_epsilon is 0.001, 'small' has 1e-05;");
}

TEST_CASE("the message has the CMake line that adds the model", "[choose]") {
  CHECK_THROWS_WITH(choose({{"n_layer", 3}}),
                    Contains("cmake -DTENON_SAMPLES_GPT2='small;gpt2;gpt_my_gpt_v2:gpt2,n_layer=3,"
                             "n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu_new,epsilon=1e-05' "
                             "build"));
}

TEST_CASE("the line's name is no keyword, no built-in one and not taken", "[choose]") {
  static constexpr tenon_model taken_model = named("gpt_mine"),
                               narrow_taken = named("gpt_other_bf16");
  const std::array all{small, compiled(taken_model, "taken"), compiled(narrow_taken, "narrow")};
  const auto named_for = [&](const char* directory, const char* name) {
    CHECK_THROWS_WITH(
        choose_model(directory, read_config(with(small_config, {{"n_layer", 3}})), all),
        Contains("'small;taken;narrow;" + std::string(name) + ":gpt2,n_layer=3,"));
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
  CHECK_THROWS_WITH(
      choose({{"scale_attn_weights", false}}),
      Contains("scale_attn_weights is false: this sample computes") && !Contains("cmake"));
  CHECK_THROWS_WITH(choose({{"n_head", 3}}),
                    Contains("n_head is 3, which does not divide n_embd, 32"));
}
