// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every key of config.json that decides what is computed is honoured or refused.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "checkpoint/model_config.hpp"
#include "model_error.hpp"
#include "scratch.hpp"
#include "tokenizer/tokenizer_error.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

model_config read(const std::string& text) {
  const scratch_directory directory;
  directory.write("config.json", text);
  return read_model_config(directory.path());
}

std::string refused_in(const json& config) { return read(config.dump()).refusals(); }

}  // namespace

TEST_CASE("config.json of the checkpoint is read", "[config]") {
  const auto config =
      read_model_config(std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences");
  CHECK(config.n_layer == 3);
  CHECK(config.n_head == 3);
  CHECK(config.n_embd == 96);
  CHECK(config.vocab_size == 1024);
  CHECK(config.n_positions == 256);
  CHECK(config.act == activation::gelu_new);
  CHECK(config.epsilon == 1e-5);
  CHECK(config.refusals().empty());
}

TEST_CASE("absent keys mean what transformers assumes: GPT-2", "[config]") {
  const auto config = read("{}");
  CHECK(config.n_layer == 12);
  CHECK(config.n_head == 12);
  CHECK(config.n_embd == 768);
  CHECK(config.vocab_size == 50257);
  CHECK(config.n_positions == 1024);
  CHECK(config.act == activation::gelu_new);
  CHECK(config.epsilon == 1e-5);
  CHECK(config.refusals().empty());
}

TEST_CASE("values that the sample has are honoured", "[config]") {
  CHECK(read(R"({"activation_function": "gelu"})").act == activation::gelu);
  CHECK(read(R"({"activation_function": "gelu_pytorch_tanh"})").act == activation::gelu_new);
  CHECK(read(R"({"layer_norm_epsilon": 0.001})").epsilon == 1e-3);
  for (const char* name : {"gelu_new", "gelu_fast", "gelu_accurate"})
    CHECK(read(json{{"activation_function", name}}.dump()).act == activation::gelu_new);
  CHECK(read(R"({"activation_function": "gelu_python"})").act == activation::gelu);
  CHECK(read(R"({"activation_function": "swish"})").act == activation::silu);
  for (const char* name : activation_names) {
    const model_config config = read(json{{"activation_function", name}}.dump());
    CHECK(std::string(name_of(config.act)) == name);
    CHECK(config.refusals().empty());
  }
  CHECK(read(R"({"n_inner": null})").n_inner == 0);
  CHECK(read(R"({"n_embd": 64, "n_inner": 256})").n_inner == 0);
  CHECK(read(R"({"n_embd": 64, "n_inner": 128})").n_inner == 128);
  CHECK(read(R"({"n_embd": 64, "n_inner": 128})").n_hidden() == 128);
  CHECK_FALSE(read(R"({"tie_word_embeddings": false})").tied);
  CHECK(refused_in({{"n_inner", 128}, {"tie_word_embeddings", false}}).empty());
  CHECK(refused_in({{"reorder_and_upcast_attn", true}}).empty());
}

TEST_CASE("what is not read does not matter, whatever Python wrote there", "[config]") {
  const std::string more = R"(, "task": {"a\"NaN": [NaN, -Infinity, "Infinity"]}, "x": Infinity})";
  CHECK(read(R"({"n_layer": 3)" + more).n_layer == 3);
  // Read, it is no number.
  CHECK_THROWS_WITH(read(R"({"layer_norm_epsilon": Infinity)" + more),
                    Contains("layer_norm_epsilon is \"Infinity\", which needs a number"));
  CHECK_THROWS_WITH(read(R"({"n_layer": NaN})"), Contains("n_layer is \"NaN\""));
  CHECK_THROWS_WITH(read(R"({"x": NaNs})"), Contains("not valid JSON"));
  CHECK_THROWS_WITH(read(R"({"x": -Inf})"), Contains("not valid JSON"));
}

TEST_CASE("values that would need another computation are refused", "[config]") {
  CHECK_THAT(refused_in({{"activation_function", "laplace"}}),
             Contains("activation_function is \"laplace\": this sample has gelu_new, gelu, ") &&
                 Contains("mish; write it into activations.hpp"));
  CHECK_THAT(refused_in({{"scale_attn_weights", false}}),
             Contains("scale_attn_weights is false: this sample computes models with true"));
  CHECK_THAT(refused_in({{"scale_attn_by_inverse_layer_idx", true}}),
             Contains("scale_attn_by_inverse_layer_idx is true"));
  CHECK_THAT(refused_in({{"activation_function", "xielu"}}), Contains("xielu"));
  CHECK_THAT(refused_in({{"add_cross_attention", true}}), Contains("add_cross_attention is true"));
  CHECK_THAT(refused_in({{"model_type", "llama"}}), Contains("model_type is \"llama\""));
  CHECK_THAT(refused_in({{"quantization_config", {{"bits", 4}}}}), Contains("quantization_config"));
}

TEST_CASE("malformed values name the key and the value", "[config]") {
  const auto fails = [](const char* text, const char* message) {
    CHECK_THROWS_WITH(read(text), Contains(message));
  };
  fails(R"({"n_layer": 0})", "n_layer is 0, which needs a whole number of 1 to 1024");
  fails(R"({"n_head": -3})", "n_head is -3");
  fails(R"({"n_embd": 1e3})", "n_embd is 1000.0");
  fails(R"({"vocab_size": "many"})", "vocab_size is \"many\"");
  fails(R"({"n_positions": 99999999999999999999})", "n_positions is 1e+20");
  fails(R"({"layer_norm_epsilon": 0})", "layer_norm_epsilon is 0");
  fails(R"({"layer_norm_epsilon": null})", "layer_norm_epsilon is null");
  fails(R"({"activation_function": 3})", "activation_function is 3, which needs a string");
  fails(R"({"n_embd": 65537})", "n_embd is 65537, which needs a whole number of 1 to 65536");
  fails(R"({"n_inner": 0})", "n_inner is 0");
  fails(R"({"tie_word_embeddings": 1})", "tie_word_embeddings is 1, which needs true or false");
  fails(R"({"n_layer": 1, "n_layer": 2})", "occurs twice");
  fails("[]", "not a JSON object");
  fails("{", "not valid JSON");
}

TEST_CASE("a directory without config.json is refused", "[config]") {
  const scratch_directory directory;
  CHECK_THROWS_WITH(read_model_config(directory.path()), Contains("config.json"));
  CHECK_THROWS_WITH(read_model_config(directory.path() / "nowhere"),
                    Contains("nowhere' is not a directory"));
}
