// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of Llama-like families: what is read, and what is refused by name.
#include <catch2/catch.hpp>

#include "wanted.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

// Llama 3.2 1B's, as transformers 4 writes it.
const json llama{{"model_type", "llama"},
                 {"num_hidden_layers", 16},
                 {"num_attention_heads", 32},
                 {"num_key_value_heads", 8},
                 {"hidden_size", 2048},
                 {"intermediate_size", 8192},
                 {"vocab_size", 128256},
                 {"max_position_embeddings", 131072},
                 {"rms_norm_eps", 1e-5},
                 {"rope_theta", 500000.0},
                 {"rope_scaling",
                  {{"rope_type", "llama3"},
                   {"factor", 32.0},
                   {"low_freq_factor", 1.0},
                   {"high_freq_factor", 4.0},
                   {"original_max_position_embeddings", 8192}}},
                 {"tie_word_embeddings", true}};

}  // namespace

TEST_CASE("a Llama is read, and written as an item of the build", "[llama]") {
  const wanted_model found = read_config(llama);
  CHECK(found.family == "llama");
  CHECK(refusals_of(found).empty());
  CHECK(found.impossible.empty());
  CHECK(value_of(found, "head_dim") == "64");
  CHECK(value_of(found, "rope_scaling") == "32/1/4/8192");
  CHECK(found.configuration() ==
        "llama,n_layer=16,n_head=32,n_kv=8,n_dim=64,n_embd=2048,n_hidden=8192,n_vocab=128256,"
        "n_block=4096,theta=500000,scaling=32/1/4/8192,epsilon=1e-05,act=silu");
}

TEST_CASE("rotary parameters mean the same in the newer form", "[llama]") {
  json newer = llama;
  newer["rope_parameters"] = newer["rope_scaling"];
  newer["rope_parameters"]["rope_theta"] = newer["rope_theta"];
  newer.erase("rope_scaling");
  newer.erase("rope_theta");
  CHECK(read_config(newer).values == read_config(llama).values);
  CHECK(value_of(read_config(with(llama, {{"rope_scaling", nullptr}})), "rope_scaling") == "none");
  CHECK(value_of(read_config(with(llama, {{"rope_scaling", {{"type", "default"}}}})),
                 "rope_scaling") == "none");
}

TEST_CASE("other families differ in what they mean by default", "[llama]") {
  const wanted_model qwen3 = read_config({{"model_type", "qwen3"}});
  CHECK(value_of(qwen3, "norms of queries and keys") == "true");
  CHECK(value_of(qwen3, "head_dim") == "128");
  CHECK(qwen3.configuration().ends_with(",qk_norm,untied"));
  const wanted_model qwen2 = read_config(
      {{"model_type", "qwen2"}, {"sliding_window", 32768}, {"use_sliding_window", false}});
  CHECK(value_of(qwen2, "biases of queries, keys and values") == "true");
  CHECK(refusals_of(qwen2).empty());
  CHECK(qwen2.configuration().ends_with(",bias,untied"));
  const wanted_model mistral =
      read_config({{"model_type", "mistral"}, {"sliding_window", nullptr}});
  CHECK(refusals_of(mistral).empty());
  CHECK(value_of(mistral, "num_key_value_heads") == "32");
  CHECK(read_config(with(llama, {{"hidden_act", "gelu_pytorch_tanh"}}))
            .configuration()
            .ends_with(",act=gelu_new"));
}

TEST_CASE("what is not computed is refused by its name", "[llama]") {
  const auto refused = [](const json& changes, const char* why) {
    CHECK_THAT(refusals_of(read_config(with(llama, changes))), Contains(why));
  };
  refused(
      {{"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}}},
      "rope_scaling.type is \"linear\": this sample computes rotary positions with default and");
  refused({{"rope_scaling", {{"rope_type", "yarn"}}}}, "rope_scaling.rope_type is \"yarn\"");
  refused({{"attention_bias", true}}, "attention_bias is true");
  refused({{"mlp_bias", true}}, "mlp_bias is true");
  refused({{"partial_rotary_factor", 0.5}}, "partial_rotary_factor is 0.5");
  refused({{"hidden_act", "xielu"}}, "hidden_act is \"xielu\"");
  refused({{"quantization_config", {{"bits", 4}}}}, "quantization_config is");
  refused({{"model_type", "mistral"}}, "sliding_window is 4096");
  refused({{"model_type", "qwen3"}, {"use_sliding_window", true}}, "use_sliding_window is true");
  refused({{"layer_types", {"full_attention", "sliding_attention"}}}, "layer_types is");
  refused({{"rope_scaling",
            {{"rope_type", "llama3"}, {"low_freq_factor", 4.0}, {"high_freq_factor", 4.0}}}},
          "low_freq_factor has to be less");
}

TEST_CASE("what cannot be, or is malformed, names key and value", "[llama]") {
  CHECK_THAT(read_config(with(llama, {{"num_key_value_heads", 5}})).impossible,
             Contains("num_key_value_heads is 5, which does not divide num_attention_heads, 32"));
  CHECK_THAT(read_config(with(llama, {{"head_dim", 63}})).impossible, Contains("head_dim is 63"));
  const auto fails = [](const json& changes, const char* why) {
    CHECK_THROWS_WITH(read_config(with(llama, changes)), Contains(why));
  };
  fails({{"num_hidden_layers", 0}}, "num_hidden_layers is 0, which needs a whole number of 1 to");
  fails({{"rope_theta", -1}}, "rope_theta is -1, which needs a number above 0");
  fails({{"rope_scaling", 3}}, "rope_scaling is '3', which needs an object");
  fails({{"rope_scaling", {{"rope_type", "llama3"}, {"factor", "x"}}}},
        "rope_scaling.factor is \"x\", which needs a number above 0");
}
