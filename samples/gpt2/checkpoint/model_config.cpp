// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of config.json; the defaults are those of transformers' GPT2Config.
#include "checkpoint/model_config.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tenon::samples {
namespace {

// Other names that transformers has for the same functions; it computes some in other steps.
struct other_name {
  std::string_view name;
  activation act;
};
constexpr other_name other_names[] = {
    {"gelu_fast", activation::gelu_new},         {"gelu_accurate", activation::gelu_new},
    {"gelu_pytorch_tanh", activation::gelu_new}, {"gelu_python_tanh", activation::gelu_new},
    {"gelu_python", activation::gelu},           {"swish", activation::silu}};

}  // namespace

std::optional<activation> find_activation(std::string_view name) {
  const auto named = std::ranges::find(activation_names, name,
                                       [](const char* each) { return std::string_view(each); });
  if (named != std::end(activation_names))
    return static_cast<activation>(named - std::begin(activation_names));
  const auto other = std::ranges::find(other_names, name, &other_name::name);
  if (other != std::end(other_names)) return other->act;
  return std::nullopt;
}

model_config read_model_config(const std::filesystem::path& directory) {
  model_config config{};
  config_reader file(directory);
  if (file.word("model_type", "gpt2") != "gpt2")
    file.refuse("this sample computes gpt2, llama, mistral, qwen2 and qwen3");
  config.n_layer = file.size("n_layer", 12, 1024);
  config.n_head = file.size("n_head", 12, 1024);
  config.n_embd = file.size("n_embd", 768, 65536);
  config.vocab_size = file.size("vocab_size", 50257, 4194304);
  config.n_positions = file.size("n_positions", 1024, 1048576);
  const auto act = find_activation(file.word("activation_function", "gelu_new"));
  if (!act)
    file.refuse(fmt::format("this sample has {}; write it into activations.hpp",
                            fmt::join(activation_names, ", ")));
  config.act = act.value_or(activation::gelu_new);
  config.epsilon = file.fraction("layer_norm_epsilon", 1e-5);
  const std::int64_t n_inner = file.size_or_null("n_inner", 0, 262144);
  config.n_inner = n_inner == 4 * config.n_embd ? 0 : n_inner;
  file.demand("scale_attn_weights", true, {true});
  file.demand("scale_attn_by_inverse_layer_idx", false, {false});
  // The same function, summed in another order and in f32, as here in any case.
  file.flag("reorder_and_upcast_attn", false);
  config.tied = file.flag("tie_word_embeddings", true);
  file.demand("add_cross_attention", false, {false});
  file.demand("quantization_config", nullptr, {nullptr});
  config.keys = std::move(file).keys();
  return config;
}

wanted_model wanted_of(const model_config& config) {
  const auto size = [](std::int64_t number) { return static_cast<int>(number); };
  const gpt_config wanted{.n_layer = size(config.n_layer),
                          .n_head = size(config.n_head),
                          .n_embd = size(config.n_embd),
                          .n_block = size(config.n_positions),
                          .n_vocab = size(config.vocab_size),
                          .act = config.act,
                          .epsilon = config.epsilon,
                          .n_inner = size(config.n_inner),
                          .tied = config.tied};
  std::string text =
      fmt::format("{},{},{},{},{},{}{}{}{}", config.n_layer, config.n_head, config.n_embd,
                  config.vocab_size, config.n_positions, name_of(config.act),
                  config.epsilon == gpt2_epsilon ? "" : fmt::format(",{}", config.epsilon),
                  config.n_inner == 0 ? "" : fmt::format(",n_inner={}", config.n_inner),
                  config.tied ? "" : ",untied");
  std::string impossible;
  if (config.n_embd % config.n_head != 0)
    impossible =
        fmt::format("n_head is {}, which does not divide n_embd, {}", config.n_head, config.n_embd);
  return {"gpt2",          values_of(wanted), config.n_positions,
          std::move(text), config.keys,       std::move(impossible)};
}

std::vector<model_value> values_of(const gpt_config& config) {
  const auto text = [](const auto& value) { return fmt::format("{}", value); };
  return {{"n_layer", text(config.n_layer)},
          {"n_head", text(config.n_head)},
          {"n_embd", text(config.n_embd)},
          {"vocab_size", text(config.n_vocab)},
          {"n_positions", text(config.n_block)},
          {"activation_function", name_of(config.act)},
          {"layer_norm_epsilon", text(config.epsilon)},
          {"n_inner", config.n_inner > 0 ? text(config.n_inner) : "4 * n_embd"},
          {"tie_word_embeddings", text(config.tied)}};
}

}  // namespace tenon::samples
