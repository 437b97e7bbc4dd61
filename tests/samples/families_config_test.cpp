// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of GPT-NeoX, GPT-J, BLOOM, Gemma 2 and Mixtral: what is read, and what is refused by
// name.
#include <catch2/catch.hpp>

#include "checkpoint/families.hpp"
#include "wanted.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

// Pythia 70M's, as transformers 4 writes it.
const json pythia{{"model_type", "gpt_neox"},
                  {"num_hidden_layers", 6},
                  {"num_attention_heads", 8},
                  {"hidden_size", 512},
                  {"intermediate_size", 2048},
                  {"vocab_size", 50304},
                  {"max_position_embeddings", 2048},
                  {"rotary_emb_base", 10000},
                  {"rotary_pct", 0.25},
                  {"layer_norm_eps", 1e-5},
                  {"hidden_act", "gelu"},
                  {"use_parallel_residual", true},
                  {"tie_word_embeddings", false}};

// BLOOM 560M's: its first names for width and heads.
const json bloom{{"model_type", "bloom"},      {"n_layer", 24},
                 {"num_attention_heads", 16},  {"n_embed", 1024},
                 {"vocab_size", 250880},       {"seq_length", 2048},
                 {"layer_norm_epsilon", 1e-5}, {"apply_residual_connection_post_layernorm", false},
                 {"pretraining_tp", 1},        {"slow_but_exact", false}};

// Gemma 2 2B's.
const json gemma2{{"model_type", "gemma2"},
                  {"num_hidden_layers", 26},
                  {"num_attention_heads", 8},
                  {"num_key_value_heads", 4},
                  {"head_dim", 256},
                  {"query_pre_attn_scalar", 256},
                  {"hidden_size", 2304},
                  {"intermediate_size", 9216},
                  {"vocab_size", 256000},
                  {"max_position_embeddings", 8192},
                  {"sliding_window", 4096},
                  {"rope_theta", 10000.0},
                  {"rms_norm_eps", 1e-6},
                  {"hidden_act", "gelu_pytorch_tanh"},
                  {"hidden_activation", "gelu_pytorch_tanh"},
                  {"attn_logit_softcapping", 50.0},
                  {"final_logit_softcapping", 30.0}};

// GPT-J 6B's.
const json gptj{{"model_type", "gptj"},
                {"n_layer", 28},
                {"n_head", 16},
                {"n_embd", 4096},
                {"n_inner", nullptr},
                {"rotary_dim", 64},
                {"vocab_size", 50400},
                {"n_positions", 2048},
                {"layer_norm_epsilon", 1e-5},
                {"activation_function", "gelu_new"},
                {"tie_word_embeddings", false}};

// Mixtral 8x7B's.
const json mixtral{{"model_type", "mixtral"},     {"num_hidden_layers", 32},
                   {"num_attention_heads", 32},   {"num_key_value_heads", 8},
                   {"hidden_size", 4096},         {"intermediate_size", 14336},
                   {"num_local_experts", 8},      {"num_experts_per_tok", 2},
                   {"vocab_size", 32000},         {"max_position_embeddings", 32768},
                   {"rope_theta", 1000000.0},     {"rms_norm_eps", 1e-5},
                   {"hidden_act", "silu"},        {"sliding_window", nullptr},
                   {"tie_word_embeddings", false}};

void refused(const json& config, const char* why) {
  CHECK_THAT(refusals_of(read_config(config)), Contains(why));
}

}  // namespace

TEST_CASE("a Pythia is read, and written as an item of the build", "[families]") {
  const wanted_model found = read_config(pythia);
  CHECK(refusals_of(found).empty());
  CHECK(found.impossible.empty());
  const std::string item =
      "neox,n_layer=6,n_head=8,n_embd=512,n_hidden=2048,n_vocab=50304,n_block=2048,theta=10000,"
      "n_turned=16,epsilon=1e-05,act=gelu,untied";
  CHECK(found.configuration() == item);
  json newer = with(
      pythia,
      {{"rope_parameters",
        {{"rope_type", "default"}, {"rope_theta", 10000.0}, {"partial_rotary_factor", 0.25}}}});
  newer.erase("rotary_pct");
  newer.erase("rotary_emb_base");
  CHECK(read_config(newer).configuration() == item);
  CHECK(read_config(with(pythia, {{"use_parallel_residual", false}, {"rotary_pct", 1.0}}))
            .configuration() ==
        "neox,n_layer=6,n_head=8,n_embd=512,n_hidden=2048,n_vocab=50304,n_block=2048,theta=10000,"
        "n_turned=64,epsilon=1e-05,act=gelu,sequential,untied");
}

TEST_CASE("what GPT-NeoX can switch on and is not computed is refused", "[families]") {
  refused(with(pythia, {{"rotary_pct", 0.3}}),
          "rotary_pct is 0.3: of the 64 channels of a head it turns 19; this sample turns an even");
  refused(with(pythia, {{"rotary_pct", 0.01}}), "it turns 0;");
  refused(with(pythia, {{"rotary_pct", 1.5}}), "it turns 96;");
  refused(with(pythia, {{"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}}}),
          "rope_scaling is");
  refused(with(pythia, {{"rope_parameters", {{"rope_type", "yarn"}}}}),
          "rope_parameters.rope_type is \"yarn\"");
  refused(with(pythia, {{"attention_bias", false}}), "attention_bias is false");
  refused(with(pythia, {{"hidden_act", "xielu"}}), "hidden_act is \"xielu\"");
  refused(with(pythia, {{"quantization_config", {{"bits", 4}}}}), "quantization_config is");
  CHECK(read_config(with(pythia, {{"num_attention_heads", 7}})).impossible ==
        "num_attention_heads is 7, which does not divide hidden_size, 512");
  CHECK_THROWS_WITH(read_config(with(pythia, {{"rotary_pct", 0}})),
                    Contains("rotary_pct is 0, which needs a number above 0"));
}

TEST_CASE("a BLOOM is read by its older and its newer names", "[families]") {
  const wanted_model found = read_config(bloom);
  CHECK(refusals_of(found).empty());
  CHECK(found.impossible.empty());
  const std::string item =
      "bloom,n_layer=24,n_head=16,n_embd=1024,n_vocab=250880,n_block=2048,epsilon=1e-05";
  CHECK(found.configuration() == item);
  json newer = with(bloom, {{"n_head", 16}, {"hidden_size", 1024}});
  newer.erase("n_embed");
  newer.erase("num_attention_heads");
  CHECK(read_config(newer).configuration() == item);
  CHECK(read_config(with(bloom, {{"tie_word_embeddings", false}})).configuration() ==
        item + ",untied");
}

TEST_CASE("what BLOOM can switch on and is not computed is refused", "[families]") {
  refused(with(bloom, {{"apply_residual_connection_post_layernorm", true}}),
          "apply_residual_connection_post_layernorm is true: this sample computes models with");
  refused(with(bloom, {{"quantization_config", {{"bits", 4}}}}), "quantization_config is");
  CHECK(read_config(with(bloom, {{"num_attention_heads", 15}})).impossible ==
        "num_attention_heads is 15, which does not divide n_embed, 1024");
}

TEST_CASE("a Gemma 2 is read, and written as an item of the build", "[families]") {
  const wanted_model found = read_config(gemma2);
  CHECK(refusals_of(found).empty());
  CHECK(found.impossible.empty());
  const std::string item =
      "gemma2,n_layer=26,n_head=8,n_kv=4,n_dim=256,n_scalar=256,n_embd=2304,n_hidden=9216,"
      "n_vocab=256000,n_block=4096,n_window=4096,theta=10000,epsilon=1e-06,act=gelu_new,"
      "score_cap=50,logit_cap=30";
  CHECK(found.configuration() == item);
  CHECK(read_config(json{{"model_type", "gemma2"}}).configuration() == item);
  json newer =
      with(gemma2, {{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 10000.0}}},
                    {"layer_types", {"sliding_attention", "full_attention"}}});
  newer.erase("rope_theta");
  CHECK(refusals_of(read_config(newer)).empty());
  CHECK(read_config(newer).configuration() == item);
}

TEST_CASE("what Gemma 2 can switch on and is not computed is refused", "[families]") {
  refused(with(gemma2, {{"layer_types", {"full_attention", "sliding_attention"}}}),
          "layer_types is [\"full_attention\",\"sliding_attention\"]: this sample computes models");
  refused(with(gemma2, {{"tie_word_embeddings", false}}), "tie_word_embeddings is false");
  refused(with(gemma2, {{"attention_bias", true}}), "attention_bias is true");
  refused(with(gemma2, {{"use_bidirectional_attention", true}}), "use_bidirectional_attention is");
  refused(with(gemma2, {{"rope_scaling", {{"type", "linear"}}}}), "rope_scaling is");
  refused(with(gemma2, {{"rope_parameters", {{"rope_type", "yarn"}}}}),
          "rope_parameters.rope_type is \"yarn\"");
  CHECK(read_config(with(gemma2, {{"num_key_value_heads", 3}})).impossible ==
        "num_key_value_heads is 3, which does not divide num_attention_heads, 8");
  CHECK(read_config(with(gemma2, {{"head_dim", 255}})).impossible ==
        "head_dim is 255, which rotary positions need even");
  CHECK_THROWS_WITH(read_config(with(gemma2, {{"attn_logit_softcapping", nullptr}})),
                    Contains("attn_logit_softcapping is null, which needs a number above 0"));
  CHECK_THROWS_WITH(read_config(with(gemma2, {{"sliding_window", nullptr}})),
                    Contains("sliding_window is null, which needs a whole number"));
}

TEST_CASE("a GPT-J is read, and what its heads cannot turn is told", "[families]") {
  const wanted_model found = read_config(gptj);
  CHECK(refusals_of(found).empty());
  CHECK(found.configuration() ==
        "gptj,n_layer=28,n_head=16,n_embd=4096,n_hidden=16384,n_vocab=50400,n_block=2048,"
        "n_turned=64,epsilon=1e-05,act=gelu_new,untied");
  CHECK(read_config(with(gptj, {{"rotary_dim", 258}})).impossible ==
        "rotary_dim is 258, more than the 256 channels of a head");
  CHECK(read_config(with(gptj, {{"rotary_dim", 63}})).impossible ==
        "rotary_dim is 63, which rotary positions need even");
  CHECK_THROWS_WITH(read_config(with(gptj, {{"rotary_dim", nullptr}})),
                    Contains("rotary_dim is null, which needs a whole number"));
}

TEST_CASE("a Mixtral is read, and what it can switch on and is not computed is refused",
          "[families]") {
  const wanted_model found = read_config(mixtral);
  CHECK(refusals_of(found).empty());
  CHECK(found.configuration() ==
        "mixtral,n_layer=32,n_head=32,n_kv=8,n_embd=4096,n_dim=128,n_hidden=14336,n_expert=8,"
        "n_active=2,n_vocab=32000,n_block=4096,theta=1000000,epsilon=1e-05,act=silu,untied");
  refused(with(mixtral, {{"sliding_window", 4096}}), "sliding_window is 4096");
  refused(with(mixtral, {{"rope_parameters", {{"rope_type", "yarn"}}}}),
          "rope_parameters.rope_type is \"yarn\"");
  CHECK(read_config(with(mixtral, {{"num_experts_per_tok", 9}})).impossible ==
        "num_experts_per_tok is 9, more than num_local_experts, 8");
}

TEST_CASE("what no family serves is refused with those that there are", "[families]") {
  for (const family& each : families())
    for (const char* const type : each.model_types)
      CHECK(read_config(json{{"model_type", type}}).family == each.name);
  refused({{"model_type", "opt"}},
          "model_type is \"opt\": this sample computes gpt2, llama, mistral, qwen2, qwen3, "
          "gpt_neox, gptj, gemma2, mixtral, bloom");
}
