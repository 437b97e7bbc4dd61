// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every key of config.json that decides what is computed is honoured or refused.
#include <catch2/catch.hpp>

#include "activations.hpp"
#include "wanted.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

std::string refused_in(const json& config) { return refusals_of(read_config(config)); }

std::string value_in(const json& config, const char* key) {
  return value_of(read_config(config), key);
}

}  // namespace

TEST_CASE("config.json of the checkpoint is read", "[config]") {
  const auto found =
      read_wanted_model(std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences");
  CHECK(found.family == "gpt2");
  CHECK(found.configuration() ==
        "gpt2,n_layer=3,n_head=3,n_embd=96,n_vocab=1024,n_block=256,act=gelu_new,epsilon=1e-05");
  CHECK(refusals_of(found).empty());
  CHECK(found.impossible.empty());
}

TEST_CASE("absent keys mean what transformers assumes: GPT-2", "[config]") {
  const auto found = read_config(json::object());
  CHECK(found.configuration() ==
        "gpt2,n_layer=12,n_head=12,n_embd=768,n_vocab=50257,n_block=1024,act=gelu_new,"
        "epsilon=1e-05");
  CHECK(refusals_of(found).empty());
}

TEST_CASE("values that the sample has are honoured", "[config]") {
  const auto act = [](const char* name) {
    const json config{{"activation_function", name}};
    CHECK(refused_in(config).empty());
    return value_in(config, "activation_function");
  };
  for (const char* name : {"gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh"})
    CHECK(act(name) == "gelu_new");
  CHECK(act("gelu_python") == "gelu");
  CHECK(act("swish") == "silu");
  for (const char* name : activation_names) CHECK(act(name) == name);
  CHECK(value_in({{"layer_norm_epsilon", 0.001}}, "layer_norm_epsilon") == "0.001");
  CHECK(value_in({{"n_inner", nullptr}}, "n_inner") == "4 * n_embd");
  CHECK(value_in({{"n_embd", 64}, {"n_inner", 256}, {"n_head", 2}}, "n_inner") == "4 * n_embd");
  CHECK(value_in({{"n_embd", 64}, {"n_inner", 128}, {"n_head", 2}}, "n_inner") == "128");
  CHECK(value_in({{"tie_word_embeddings", false}}, "tie_word_embeddings") == "false");
  CHECK(read_config(json{{"n_inner", 128}, {"tie_word_embeddings", false}})
            .configuration()
            .ends_with(",n_inner=128,untied"));
  CHECK(refused_in({{"n_inner", 128}, {"tie_word_embeddings", false}}).empty());
  CHECK(refused_in({{"reorder_and_upcast_attn", true}}).empty());
}

TEST_CASE("what is not read does not matter, whatever Python wrote there", "[config]") {
  const std::string more = R"(, "task": {"a\"NaN": [NaN, -Infinity, "Infinity"]}, "x": Infinity})";
  CHECK(value_of(read_config(R"({"n_layer": 3)" + more), "n_layer") == "3");
  // Read, it is no number.
  CHECK_THROWS_WITH(read_config(R"({"layer_norm_epsilon": Infinity)" + more),
                    Contains("layer_norm_epsilon is \"Infinity\", which needs a number"));
  CHECK_THROWS_WITH(read_config(std::string(R"({"n_layer": NaN})")),
                    Contains("n_layer is \"NaN\""));
  CHECK_THROWS_WITH(read_config(std::string(R"({"x": NaNs})")), Contains("not valid JSON"));
  CHECK_THROWS_WITH(read_config(std::string(R"({"x": -Inf})")), Contains("not valid JSON"));
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
  CHECK_THAT(refused_in({{"model_type", "opt"}}),
             Contains("model_type is \"opt\": this sample computes gpt2, llama, mistral, qwen2, "));
  CHECK(read_config(json{{"n_head", 5}}).impossible ==
        "n_head is 5, which does not divide n_embd, 768");
  CHECK_THAT(refused_in({{"quantization_config", {{"bits", 4}}}}), Contains("quantization_config"));
}

TEST_CASE("malformed values name the key and the value", "[config]") {
  const auto fails = [](const std::string& text, const char* message) {
    CHECK_THROWS_WITH(read_config(text), Contains(message));
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
  CHECK_THROWS_WITH(read_wanted_model(directory.path()), Contains("config.json"));
  CHECK_THROWS_WITH(read_wanted_model(directory.path() / "nowhere"),
                    Contains("nowhere' is not a directory"));
}
