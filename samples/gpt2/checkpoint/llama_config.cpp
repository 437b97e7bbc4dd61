// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of Llama-like models; the defaults are those of transformers' configurations.
#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/families.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

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

}  // namespace

void read_llama(family_reader& reader) {
  config_reader& file = reader.file;
  const std::string type = file.peek("model_type").get<std::string>();
  reader.size("n_layer", "num_hidden_layers", 32);
  const std::int64_t n_head = reader.size("n_head", "num_attention_heads", 32);
  const std::int64_t n_kv = reader.size_or_null("n_kv", "num_key_value_heads", n_head);
  const std::int64_t n_embd = file.size("hidden_size", 4096, 65536);
  const std::int64_t n_dim = reader.size_or_null(
      "n_dim", "head_dim", type == "qwen3" ? 128 : std::max<std::int64_t>(1, n_embd / n_head));
  reader.value("n_embd", "hidden_size", fmt::format("{}", n_embd));
  reader.size("n_hidden", "intermediate_size", 11008);
  reader.size("n_vocab", "vocab_size", 32000);
  reader.rope({.n_scaled = reader.positions("max_position_embeddings", 2048)});
  reader.fraction("epsilon", "rms_norm_eps", 1e-6);
  reader.activation_of("act", "hidden_act", "silu");
  // It means a bias of the output, too, unlike Qwen 2's.
  file.demand("attention_bias", false, {false});
  reader.form("bias", "biases of queries, keys and values", type == "qwen2");
  reader.form("qk_norm", "norms of queries and keys", type == "qwen3");
  reader.tied("tie_word_embeddings", false);
  read_windows(file, type);
  file.demand("mlp_bias", false, {false});
  file.demand("partial_rotary_factor", 1.0, {1.0});
  reader.divides("num_key_value_heads", n_kv, "num_attention_heads", n_head);
  reader.even("head_dim", n_dim);
}

}  // namespace tenon::samples
