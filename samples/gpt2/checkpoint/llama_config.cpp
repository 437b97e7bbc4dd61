// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of config.json; the defaults are those of transformers' configurations.
#include "checkpoint/llama_config.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/model_config.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

constexpr std::int64_t most_compiled_positions = 4096;  // in the advice: a cache has them all

std::string text_of(const rope_scaling& scaling) {
  if (scaling.factor == 1) return "none";
  return fmt::format("{}/{}/{}/{}", scaling.factor, scaling.low, scaling.high, scaling.original);
}

// transformers 5 writes rope_parameters; before, rope_theta stood outside and rope_scaling was null
// where there was none.
void read_rope(config_reader& file, llama_config& config, std::int64_t n_positions) {
  const bool newer = file.peek("rope_parameters").is_object();
  if (!newer) config.theta = file.positive("rope_theta", config.theta);
  const char* const object = newer ? "rope_parameters" : "rope_scaling";
  if (!newer && file.peek(object).is_null()) return;
  const config_reader::inside inside(file, object);
  if (newer) config.theta = file.positive("rope_theta", config.theta);
  const char* const key = file.peek("rope_type").is_null() ? "type" : "rope_type";
  const std::string type = file.word(key, "default");
  if (type == "llama3") {
    config.scaling.factor = file.positive("factor", 8);
    config.scaling.low = file.positive("low_freq_factor", 1);
    config.scaling.high = file.positive("high_freq_factor", 4);
    config.scaling.original =
        static_cast<int>(file.size("original_max_position_embeddings", n_positions, 1048576));
    if (!(config.scaling.low < config.scaling.high))
      file.refuse("low_freq_factor has to be less than high_freq_factor");
  } else if (type != "default") {
    file.refuse("this sample computes rotary positions with default and llama3");
  }
}

// A window that is there but switched off does not matter.
void read_windows(config_reader& file, const std::string& type) {
  if (type == "mistral") return file.demand("sliding_window", 4096, {nullptr});
  if (type != "llama") file.demand("use_sliding_window", false, {false});
  const json layers = file.peek("layer_types");
  const bool full = !layers.is_array() || std::ranges::all_of(layers, [](const json& each) {
    return each == "full_attention";
  });
  if (!full) file.demand("layer_types", nullptr, {"full_attention in every layer"});
}

std::string configuration_of(const llama_config& config, std::int64_t n_positions) {
  std::string text = fmt::format(
      "llama,n_layer={},n_head={},n_kv={},n_dim={},n_embd={},n_hidden={},n_vocab={},n_block={},"
      "theta={},epsilon={}",
      config.n_layer, config.n_head, config.n_kv, config.n_dim, config.n_embd, config.n_hidden,
      config.n_vocab, std::min(n_positions, most_compiled_positions), config.theta, config.epsilon);
  if (config.scaling.factor != 1) text += ",scaling=" + text_of(config.scaling);
  if (config.act != activation::silu) text += std::string(",act=") + name_of(config.act);
  if (config.bias) text += ",bias";
  if (config.qk_norm) text += ",qk_norm";
  if (!config.tied) text += ",untied";
  return text;
}

std::string impossible_in(const llama_config& config) {
  if (config.n_head % config.n_kv != 0)
    return fmt::format("num_key_value_heads is {}, which does not divide num_attention_heads, {}",
                       config.n_kv, config.n_head);
  if (config.n_dim % 2 != 0)
    return fmt::format("head_dim is {}, which rotary positions need even", config.n_dim);
  return {};
}

}  // namespace

bool is_llama_like(const json& model_type) {
  return model_type == "llama" || model_type == "mistral" || model_type == "qwen2" ||
         model_type == "qwen3";
}

wanted_model read_llama_config(const std::filesystem::path& directory) {
  config_reader file(directory);
  llama_config config{};
  const auto size = [](std::int64_t number) { return static_cast<int>(number); };
  const std::string type = file.word("model_type", "llama");
  config.n_layer = size(file.size("num_hidden_layers", 32, 1024));
  config.n_head = size(file.size("num_attention_heads", 32, 1024));
  config.n_embd = size(file.size("hidden_size", 4096, 65536));
  config.n_kv = size(file.size_or_null("num_key_value_heads", config.n_head, 1024));
  config.n_dim = size(file.size_or_null(
      "head_dim", type == "qwen3" ? 128 : std::max(1, config.n_embd / config.n_head), 65536));
  config.n_hidden = size(file.size("intermediate_size", 11008, 262144));
  config.n_vocab = size(file.size("vocab_size", 32000, 4194304));
  const std::int64_t n_positions = file.size("max_position_embeddings", 2048, 1048576 * 16);
  config.epsilon = file.fraction("rms_norm_eps", 1e-6);
  read_rope(file, config, n_positions);
  const auto act = find_activation(file.word("hidden_act", "silu"));
  if (!act)
    file.refuse(fmt::format("this sample has {}; write it into activations.hpp",
                            fmt::join(activation_names, ", ")));
  config.act = act.value_or(activation::silu);
  // It means a bias of the output, too, unlike Qwen 2's.
  file.demand("attention_bias", false, {false});
  config.bias = type == "qwen2";
  config.qk_norm = type == "qwen3";
  config.tied = file.flag("tie_word_embeddings", false);
  read_windows(file, type);
  file.demand("mlp_bias", false, {false});
  file.demand("partial_rotary_factor", 1.0, {1.0});
  file.demand("quantization_config", nullptr, {nullptr});
  return {"llama",
          values_of(config),
          n_positions,
          configuration_of(config, n_positions),
          std::move(file).keys(),
          impossible_in(config)};
}

std::vector<model_value> values_of(const llama_config& config) {
  const auto text = [](const auto& value) { return fmt::format("{}", value); };
  return {{"num_hidden_layers", text(config.n_layer)},
          {"num_attention_heads", text(config.n_head)},
          {"num_key_value_heads", text(config.n_kv)},
          {"head_dim", text(config.n_dim)},
          {"hidden_size", text(config.n_embd)},
          {"intermediate_size", text(config.n_hidden)},
          {"vocab_size", text(config.n_vocab)},
          {"rms_norm_eps", text(config.epsilon)},
          {"rope_theta", text(config.theta)},
          {"rope_scaling", text_of(config.scaling)},
          {"hidden_act", name_of(config.act)},
          {"biases of queries, keys and values", text(config.bias)},
          {"norms of queries and keys", text(config.qk_norm)},
          {"tie_word_embeddings", text(config.tied)}};
}

}  // namespace tenon::samples
