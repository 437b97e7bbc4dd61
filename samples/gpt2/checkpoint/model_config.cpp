// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of config.json; the defaults are those of transformers' GPT2Config.
#include "checkpoint/model_config.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
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

  /// `most`: what Configurations.cmake takes, too.
  std::int64_t size(const char* key, std::int64_t fallback, std::int64_t most) {
    return checked_size(key, take(key, fallback), most);
  }
  /// 0 for null.
  std::int64_t size_or_null(const char* key, std::int64_t most) {
    const json value = take(key, nullptr);
    return value.is_null() ? 0 : checked_size(key, value, most);
  }
  bool flag(const char* key, bool fallback) {
    const json value = take(key, fallback);
    if (!value.is_boolean()) wrong(key, value, "needs true or false");
    return value.get<bool>();
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
  std::int64_t checked_size(const char* key, const json& value, std::int64_t most) const {
    if (!value.is_number_integer() || value < 1 || value > most)
      wrong(key, value, fmt::format("needs a whole number of 1 to {}", most));
    return value.get<std::int64_t>();
  }
  json take(const char* key, const json& fallback) {
    const auto found = root_.find(key);
    json value = found == root_.end() ? fallback : *found;
    // ASCII only, so that nothing in a file reaches a terminal as a control sequence.
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 60) + "...";
    config_.keys.push_back({key, std::move(text), ""});
    return value;
  }
  [[noreturn]] void wrong(const char* key, const json&, const std::string& need) const {
    fail_in(file_, fmt::format("{} is {}, which {}", key, config_.keys.back().value, need));
  }

  std::filesystem::path file_;
  json root_;
  model_config& config_;
};

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
  config.epsilon = file.positive("layer_norm_epsilon", 1e-5);
  const std::int64_t n_inner = file.size_or_null("n_inner", 262144);
  config.n_inner = n_inner == 4 * config.n_embd ? 0 : n_inner;
  file.demand("scale_attn_weights", true, {true});
  file.demand("scale_attn_by_inverse_layer_idx", false, {false});
  // The same function, summed in another order and in f32, as here in any case.
  file.flag("reorder_and_upcast_attn", false);
  config.tied = file.flag("tie_word_embeddings", true);
  file.demand("add_cross_attention", false, {false});
  file.demand("quantization_config", nullptr, {nullptr});
  return config;
}

}  // namespace tenon::samples
