// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of config.json; the defaults are those of transformers' GPT2Config.
#include "model_config.hpp"

#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model_error.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

class reader {
 public:
  reader(std::filesystem::path file, model_config& into)
      : file_(std::move(file)), root_(read_json(file_)), config_(into) {
    if (!root_.is_object()) fail_in(file_, "is not a JSON object; pass a Hugging Face directory");
  }

  std::int64_t size(const char* key, std::int64_t fallback) {
    const json value = take(key, fallback);
    constexpr std::int64_t most = std::int64_t{1} << 31;
    if (!value.is_number_integer() || value < 1 || value >= most)
      wrong(key, value, "needs a whole number of 1 or more");
    return value.get<std::int64_t>();
  }
  double positive(const char* key, double fallback) {
    const json value = take(key, fallback);
    if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() < 1))
      wrong(key, value, "needs a number between 0 and 1");
    return value.get<double>();
  }
  std::string word(const char* key, const char* fallback) {
    const json value = take(key, fallback);
    if (!value.is_string()) wrong(key, value, "needs a string");
    return value.get<std::string>();
  }
  /// A key that has to have one of these values.
  void demand(const char* key, const json& fallback, std::initializer_list<json> honoured) {
    const json value = take(key, fallback);
    for (const json& each : honoured)
      if (value == each) return;
    refuse("this sample computes GPT-2 with " + honoured.begin()->dump());
  }
  void refuse(std::string why) { config_.keys.back().refusal = std::move(why); }

 private:
  json take(const char* key, const json& fallback) {
    const auto found = root_.find(key);
    json value = found == root_.end() ? fallback : *found;
    // ASCII only, so that nothing in a file reaches a terminal as a control sequence.
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 60) + "...";
    config_.keys.push_back({key, std::move(text), ""});
    return value;
  }
  [[noreturn]] void wrong(const char* key, const json&, const char* need) const {
    fail_in(file_, fmt::format("{} is {}, which {}", key, config_.keys.back().value, need));
  }

  std::filesystem::path file_;
  json root_;
  model_config& config_;
};

}  // namespace

std::string model_config::refusals() const {
  std::string all;
  for (const config_key& key : keys)
    if (!key.refusal.empty())
      all +=
          fmt::format("{}{} is {}: {}", all.empty() ? "" : "; ", key.name, key.value, key.refusal);
  return all;
}

model_config read_model_config(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw model_error(
        fmt::format("'{}' is not a directory; pass one with config.json, "
                    "model.safetensors and a tokenizer",
                    directory.string()));
  model_config config{};
  reader file(directory / "config.json", config);
  file.demand("model_type", "gpt2", {"gpt2"});
  config.n_layer = file.size("n_layer", 12);
  config.n_head = file.size("n_head", 12);
  config.n_embd = file.size("n_embd", 768);
  config.vocab_size = file.size("vocab_size", 50257);
  config.n_positions = file.size("n_positions", 1024);
  const std::string activation = file.word("activation_function", "gelu_new");
  config.gelu = activation == "gelu" ? gelu_erf : gelu_tanh;
  if (activation != "gelu" && activation != "gelu_new" && activation != "gelu_pytorch_tanh")
    file.refuse("this sample has gelu (erf) and gelu_new (tanh)");
  config.epsilon = file.positive("layer_norm_epsilon", 1e-5);
  file.demand("n_inner", nullptr, {4 * config.n_embd, nullptr});
  file.demand("scale_attn_weights", true, {true});
  file.demand("scale_attn_by_inverse_layer_idx", false, {false});
  file.demand("reorder_and_upcast_attn", false, {false});
  file.demand("tie_word_embeddings", true, {true});
  file.demand("add_cross_attention", false, {false});
  file.demand("quantization_config", nullptr, {nullptr});
  return config;
}

}  // namespace tenon::samples
