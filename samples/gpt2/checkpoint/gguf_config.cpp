// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys of GGUF files under transformers' names; see gguf_config.hpp.
#include "checkpoint/gguf_config.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "checkpoint/gguf_reader.hpp"
#include "model_error.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

// GGUF keeps numbers as f32, config.json as decimals: the shortest that is this f32.
double as_written(double value) { return std::stod(fmt::format("{}", static_cast<float>(value))); }

// The keys of one architecture, without its name in front.
class keys_of {
 public:
  keys_of(const gguf_reader& file, std::string architecture)
      : file_(file), architecture_(std::move(architecture)) {}

  [[nodiscard]] std::optional<std::int64_t> size_if(const std::string& key) const {
    return file_.integer_if(architecture_ + "." + key);
  }
  [[nodiscard]] std::int64_t size(const std::string& key) const {
    return file_.integer(architecture_ + "." + key);
  }
  [[nodiscard]] double real(const std::string& key) const {
    return as_written(file_.real(architecture_ + "." + key));
  }
  [[nodiscard]] double real(const std::string& key, double fallback) const {
    return as_written(file_.real_if(architecture_ + "." + key).value_or(fallback));
  }
  [[nodiscard]] bool flag(const std::string& key, bool fallback) const {
    return file_.flag_if(architecture_ + "." + key).value_or(fallback);
  }
  [[nodiscard]] std::string word(const std::string& key) const {
    return file_.word_if(architecture_ + "." + key).value_or("");
  }

 private:
  const gguf_reader& file_;
  std::string architecture_;
};

// A head that begins as the token table does is that table: the loader compares all of it.
bool is_tied(const gguf_reader& file) {
  const auto head = file.find_tensor("output.weight");
  if (!head) return true;
  const auto table = file.find_tensor("token_embd.weight");
  if (!table || head->type != table->type || head->shape != table->shape) return false;
  const std::size_t n = std::min<std::size_t>(head->count(), 4096);
  return file.values(*head, n) == file.values(*table, n);
}

std::int64_t rows_of_table(const gguf_reader& file) {
  const auto table = file.find_tensor("token_embd.weight");
  if (!table || table->shape.size() != 2)
    throw model_error(
        fmt::format("'{}' has no matrix token_embd.weight; pass a GGUF file of a "
                    "language model",
                    file.path().string()));
  return table->shape[0];
}

// Llama 3's factor for the channels that turn with a wavelength.
double factor_at(double wavelength, double factor, double original) {
  constexpr double low = 1, high = 4;
  const double kept = std::clamp((original / wavelength - low) / (high - low), 0.0, 1.0);
  return 1 / ((1 - kept) / factor + kept);
}

// The scaling of Llama 3 that makes the file's table of factors: its greatest factor and, by a
// channel that lies between, the positions of the first training. Published models have 1 and 4 as
// low and high.
json scaling_of(const gguf_reader& file, double theta) {
  const auto table = file.find_tensor("rope_freqs.weight");
  if (!table) return nullptr;
  const std::vector<float> factors = file.values(*table, table->count());
  const double factor = as_written(*std::ranges::max_element(factors));
  const auto wavelength = [&](std::size_t i) {
    return 2 * std::numbers::pi *
           std::pow(theta, static_cast<double>(i) / static_cast<double>(factors.size()));
  };
  double original = 8192;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (!(factors[i] > 1.001 && factors[i] < 0.999 * factor)) continue;
    const double kept = (1 / double{factors[i]} - 1 / factor) / (1 - 1 / factor);
    original = std::round(wavelength(i) * (3 * kept + 1));
    break;
  }
  for (std::size_t i = 0; i < factors.size(); ++i)
    if (!(std::abs(factor_at(wavelength(i), factor, original) - factors[i]) <= 1e-4 * factors[i]))
      throw model_error(
          fmt::format("'{}': rope_freqs.weight has {} for channel {}, which is not Llama 3's "
                      "scaling; this sample computes no other",
                      file.path().string(), factors[i], i));
  return {{"rope_type", "llama3"},
          {"factor", factor},
          {"low_freq_factor", 1.0},
          {"high_freq_factor", 4.0},
          {"original_max_position_embeddings", static_cast<std::int64_t>(original)}};
}

// Models of GPT-2's time have the older names of sizes.
json gpt2_config(const gguf_reader& file, const keys_of& keys) {
  return {{"model_type", "gpt2"},
          {"n_layer", keys.size("block_count")},
          {"n_head", keys.size("attention.head_count")},
          {"n_embd", keys.size("embedding_length")},
          {"n_inner", keys.size("feed_forward_length")},
          {"n_positions", keys.size("context_length")},
          {"vocab_size", rows_of_table(file)},
          {"activation_function", "gelu_new"},
          {"layer_norm_epsilon", keys.real("attention.layer_norm_epsilon")},
          {"tie_word_embeddings", is_tied(file)}};
}

json bloom_config(const gguf_reader& file, const keys_of& keys) {
  return {{"model_type", "bloom"},
          {"n_layer", keys.size("block_count")},
          {"n_head", keys.size("attention.head_count")},
          {"hidden_size", keys.size("embedding_length")},
          {"seq_length", keys.size("context_length")},
          {"vocab_size", rows_of_table(file)},
          {"layer_norm_epsilon", keys.real("attention.layer_norm_epsilon")},
          {"tie_word_embeddings", is_tied(file)}};
}

// What all others have.
json sizes(const gguf_reader& file, const keys_of& keys) {
  return {{"num_hidden_layers", keys.size("block_count")},
          {"num_attention_heads", keys.size("attention.head_count")},
          {"hidden_size", keys.size("embedding_length")},
          {"intermediate_size", keys.size("feed_forward_length")},
          {"max_position_embeddings", keys.size("context_length")},
          {"vocab_size", rows_of_table(file)},
          {"tie_word_embeddings", is_tied(file)}};
}

json neox_config(const gguf_reader& file, const keys_of& keys) {
  json config = sizes(file, keys);
  const std::int64_t heads = keys.size("attention.head_count");
  const std::int64_t n_dim = heads > 0 ? keys.size("embedding_length") / heads : std::int64_t{0};
  config["model_type"] = "gpt_neox";
  config["hidden_act"] = "gelu";
  config["layer_norm_eps"] = keys.real("attention.layer_norm_epsilon");
  config["rotary_emb_base"] = keys.real("rope.freq_base", 10000);
  // Half a channel more, so that rounding down gives the file's number.
  if (n_dim > 0)
    config["rotary_pct"] =
        std::min(1.0, (static_cast<double>(keys.size("rope.dimension_count")) + 0.5) /
                          static_cast<double>(n_dim));
  config["use_parallel_residual"] = keys.flag("use_parallel_residual", true);
  return config;
}

// Llama, Mistral, Mixtral, Qwen 2 and 3, Gemma 2.
json llama_config(const gguf_reader& file, const keys_of& keys, const std::string& type) {
  json config = sizes(file, keys);
  config["model_type"] = type;
  const std::int64_t heads = keys.size("attention.head_count");
  config["num_key_value_heads"] = keys.size_if("attention.head_count_kv").value_or(heads);
  if (const auto n_dim = keys.size_if("attention.key_length"))
    config["head_dim"] = *n_dim;
  else if (heads > 0)
    config["head_dim"] = keys.size("embedding_length") / heads;
  config["rms_norm_eps"] = keys.real("attention.layer_norm_rms_epsilon");
  const double theta = keys.real("rope.freq_base", 10000);
  config["rope_theta"] = theta;
  const std::string scaling = keys.word("rope.scaling.type");
  if (!scaling.empty() && scaling != "none")
    config["rope_scaling"] = {{"rope_type", scaling}};
  else
    config["rope_scaling"] = scaling_of(file, theta);
  return config;
}

json mixtral_config(const gguf_reader& file, const keys_of& keys) {
  json config = llama_config(file, keys, "mixtral");
  config["num_local_experts"] = keys.size("expert_count");
  config["num_experts_per_tok"] = keys.size("expert_used_count");
  return config;
}

json gemma2_config(const gguf_reader& file, const keys_of& keys) {
  json config = llama_config(file, keys, "gemma2");
  constexpr std::int64_t layers_of_27b = 46;  // which has scores by width and heads
  const std::int64_t heads = keys.size("attention.head_count");
  config["query_pre_attn_scalar"] = keys.size("block_count") == layers_of_27b && heads > 0
                                        ? keys.size("embedding_length") / heads
                                        : keys.size("attention.key_length");
  config["sliding_window"] = keys.size("attention.sliding_window");
  config["attn_logit_softcapping"] = keys.real("attn_logit_softcapping");
  config["final_logit_softcapping"] = keys.real("final_logit_softcapping");
  config["tie_word_embeddings"] = is_tied(file);
  return config;
}

}  // namespace

bool is_gguf(const std::filesystem::path& model) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(model, error)) return false;
  char letters[4] = {};
  std::ifstream(model, std::ios::binary).read(letters, sizeof letters);
  return model.extension() == ".gguf" || std::string_view(letters, sizeof letters) == "GGUF";
}

std::filesystem::path config_file(const std::filesystem::path& model) {
  return is_gguf(model) ? model : model / "config.json";
}

json config_of_gguf(const std::filesystem::path& path) {
  const gguf_reader file(path);
  const std::string architecture = file.word("general.architecture");
  const keys_of keys(file, architecture);
  if (architecture == "gpt2") return gpt2_config(file, keys);
  if (architecture == "bloom") return bloom_config(file, keys);
  if (architecture == "gptneox") return neox_config(file, keys);
  if (architecture == "gemma2") return gemma2_config(file, keys);
  if (architecture == "qwen2" || architecture == "qwen3")
    return llama_config(file, keys, architecture);
  if (architecture == "llama")
    return keys.size_if("expert_count").value_or(0) > 0 ? mixtral_config(file, keys)
                                                        : llama_config(file, keys, "llama");
  throw model_error(
      fmt::format("'{}': general.architecture is {}; this sample computes gpt2, llama, qwen2, "
                  "qwen3, gemma2, gptneox and bloom",
                  path.string(), shown(architecture)));
}

}  // namespace tenon::samples
