// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Directories as GGUF files; see gguf_of_directory.hpp.
#include "gguf_of_directory.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>

#include "fixture/gguf_bytes.hpp"
#include "scratch.hpp"

namespace {

using nlohmann::json;
using path = std::filesystem::path;

json read(const path& file) { return json::parse(contents(file)); }

// Elements of a tensor, each as its bytes.
struct matrix {
  std::vector<std::int64_t> shape;
  std::uint32_t type;
  std::vector<std::string> elements;

  // The same elements, element i of the result being element place(i).
  void reorder(const std::function<std::size_t(std::size_t)>& place) {
    std::vector<std::string> moved(elements.size());
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = elements[place(i)];
    elements = std::move(moved);
  }
  // (R, C) becomes (C, R).
  void transpose() {
    const auto rows = static_cast<std::size_t>(shape[0]), columns = elements.size() / rows;
    reorder([&](std::size_t i) { return i % rows * columns + i / rows; });
    std::swap(shape[0], shape[1]);
  }
  // Rows (H, 2, D / 2) become (H, D / 2, 2).
  void pair(std::size_t heads) {
    const auto rows = static_cast<std::size_t>(shape[0]), columns = elements.size() / rows;
    const std::size_t half = rows / heads / 2;
    reorder([&](std::size_t i) {
      const std::size_t row = i / columns, head = row / (2 * half), inside = row % (2 * half);
      return (head * 2 * half + inside % 2 * half + inside / 2) * columns + i % columns;
    });
  }
  // Rows (H, 3, D) become (3, H, D).
  void split(std::size_t heads) {
    const auto rows = static_cast<std::size_t>(shape[0]);
    const std::size_t head = elements.size() / heads / 3;
    reorder([&](std::size_t i) {
      const std::size_t run = i / head;
      return (run % heads * 3 + run / heads) * head + i % head;
    });
    shape[0] = static_cast<std::int64_t>(rows);
  }
  // Of f32 and bf16; the result is f32.
  void raise() {
    for (std::string& each : elements) {
      std::uint32_t bits = 0;
      std::memcpy(reinterpret_cast<char*>(&bits) + 4 - each.size(), each.data(), each.size());
      float value;
      std::memcpy(&value, &bits, sizeof value);
      each = gguf_bytes::raw(value + 1);
    }
    type = gguf_bytes::F32;
  }
};

std::map<std::string, matrix> tensors_of(const path& directory) {
  const auto file =
      tenon::runtime::safetensors_file::open((directory / "model.safetensors").string());
  if (!file) throw std::runtime_error(file.message());
  std::map<std::string, matrix> all;
  for (std::size_t i = 0; i < file->size(); ++i) {
    const tenon_named_tensor tensor = file->tensor(i);
    const std::string dtype = file->dtype(i);
    if (dtype != "F32" && dtype != "F16" && dtype != "BF16") continue;
    matrix made{{tensor.shape, tensor.shape + tensor.rank}, gguf_bytes::F32, {}};
    if (dtype == "F16") made.type = gguf_bytes::F16;
    if (dtype == "BF16") made.type = gguf_bytes::BF16;
    const std::size_t each = dtype == "F32" ? 4 : 2;
    std::size_t count = 1;
    for (const std::int64_t size : made.shape) count *= static_cast<std::size_t>(size);
    std::string bytes(count * each, '\0');
    if (!file->read(i, bytes.data(), bytes.size())) throw std::runtime_error("a short file");
    for (std::size_t k = 0; k < count; ++k) made.elements.push_back(bytes.substr(k * each, each));
    all.emplace(tensor.name, std::move(made));
  }
  return all;
}

// Which of these the converter moves.
void arrange(const std::string& family, const std::string& name, const json& config, matrix& of) {
  const auto heads = [&](const char* key) { return config.at(key).get<std::size_t>(); };
  if (family == "gpt2" && name.find(".c_") != name.npos && of.shape.size() == 2) of.transpose();
  if (family == "llama" || family == "mixtral") {
    if (name.ends_with("q_proj.weight")) of.pair(heads("num_attention_heads"));
    if (name.ends_with("k_proj.weight")) of.pair(heads("num_key_value_heads"));
  }
  if (name.find("query_key_value") != name.npos)
    of.split(heads(family == "neox" ? "num_attention_heads" : "n_head"));
  if (family == "gemma2" && name.ends_with("norm.weight")) of.raise();
}

void add_tensors(gguf_bytes::file& file, const path& directory, const std::string& family,
                 const json& config) {
  const json names = read(path(TENON_SOURCE_DIR) / "tests/goldens/gguf/names.json").at(family);
  const std::size_t n_layer =
      config.at(config.contains("n_layer") ? "n_layer" : "num_hidden_layers").get<std::size_t>();
  std::map<std::string, matrix> tensors = tensors_of(directory);
  const auto with = [](std::string name, const std::string& number) {
    if (const std::size_t hole = name.find("{}"); hole != name.npos) name.replace(hole, 2, number);
    return name;
  };
  const auto put = [&](const std::string& as, const matrix& tensor) {
    std::string bytes;
    for (const std::string& each : tensor.elements) bytes += each;
    file.tensors.push_back({as, tensor.shape, tensor.type, bytes});
  };
  for (const auto& [pattern, as] : names.items())
    for (std::size_t layer = 0; layer < (pattern.find("{}") == pattern.npos ? 1 : n_layer);
         ++layer) {
      const std::string name = with(pattern, std::to_string(layer));
      const std::string other = with(as, std::to_string(layer));
      if (const auto found = tensors.find(name); found != tensors.end()) {
        arrange(family, name, config, found->second);
        put(other, found->second);
      } else if (const std::size_t at = name.find("experts."); at != name.npos) {
        matrix joined{};
        for (std::size_t e = 0; e < config.at("num_local_experts").get<std::size_t>(); ++e) {
          std::string of = name;
          const matrix& one = tensors.at(of.insert(at + 8, std::to_string(e) + "."));
          joined.elements.insert(joined.elements.end(), one.elements.begin(), one.elements.end());
          joined.type = one.type;
          joined.shape = {static_cast<std::int64_t>(e + 1), one.shape[0], one.shape[1]};
        }
        put(other, joined);
      }
    }
}

// Llama 3's factors, as the converter computes them.
void add_factors(gguf_bytes::file& file, const json& rope, std::size_t n_dim) {
  const double factor = rope.at("factor"), low = rope.at("low_freq_factor"),
               high = rope.at("high_freq_factor"),
               original = rope.at("original_max_position_embeddings");
  std::vector<float> factors;
  for (std::size_t i = 0; i < n_dim / 2; ++i) {
    const double turned = 2 * static_cast<double>(i) / static_cast<double>(n_dim);
    const double wavelength =
        2 * std::numbers::pi * std::pow(rope.at("rope_theta").get<double>(), turned);
    const double smooth = (original / wavelength - low) / (high - low);
    factors.push_back(static_cast<float>(wavelength < original / high ? 1
                                         : wavelength > original / low
                                             ? factor
                                             : 1 / ((1 - smooth) / factor + smooth)));
  }
  file.tensors.push_back({"rope_freqs.weight",
                          {static_cast<std::int64_t>(factors.size())},
                          gguf_bytes::F32,
                          gguf_bytes::raw_all(factors)});
}

void add_sizes(gguf_bytes::file& file, const std::string& family, const json& config) {
  static const std::map<std::string, std::string> architectures{
      {"gpt2", "gpt2"},    {"llama", "llama"}, {"mixtral", "llama"}, {"qwen3", "qwen3"},
      {"neox", "gptneox"}, {"bloom", "bloom"}, {"gemma2", "gemma2"}};
  const std::string architecture = architectures.at(family), a = architecture + ".";
  file.word("general.architecture", architecture);
  const auto size = [&](const std::string& key, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (config.contains(name) && config[name].is_number()) {
        file.size(a + key, config[name].get<std::uint32_t>());
        return;
      }
  };
  size("block_count", {"n_layer", "num_hidden_layers"});
  size("embedding_length", {"n_embd", "hidden_size"});
  size("attention.head_count", {"n_head", "num_attention_heads"});
  size("attention.head_count_kv", {"num_key_value_heads"});
  size("attention.key_length", {"head_dim"});
  size("attention.sliding_window", {"sliding_window"});
  size("context_length", {"n_positions", "max_position_embeddings", "seq_length"});
  size("expert_count", {"num_local_experts"});
  size("expert_used_count", {"num_experts_per_tok"});
  if (family == "bloom" && !config.contains("seq_length")) file.size(a + "context_length", 2048);
  if (config.contains("intermediate_size"))
    size("feed_forward_length", {"intermediate_size"});
  else
    file.size(a + "feed_forward_length",
              4 * config.value("n_embd", config.value("hidden_size", 0u)));
  for (const char* name : {"layer_norm_epsilon", "layer_norm_eps"})
    if (config.contains(name)) file.real(a + "attention.layer_norm_epsilon", config[name]);
  if (config.contains("rms_norm_eps"))
    file.real(a + "attention.layer_norm_rms_epsilon", config["rms_norm_eps"]);
  const json rope = config.value("rope_parameters", json::object());
  if (rope.contains("rope_theta")) file.real(a + "rope.freq_base", rope["rope_theta"]);
  if (family == "neox") {
    const std::uint32_t n_dim = config.at("hidden_size").get<std::uint32_t>() /
                                config.at("num_attention_heads").get<std::uint32_t>();
    file.size(a + "rope.dimension_count",
              static_cast<std::uint32_t>(n_dim * rope.at("partial_rotary_factor").get<double>()));
    file.flag(a + "use_parallel_residual", config.at("use_parallel_residual"));
  }
  if (rope.value("rope_type", "") == "llama3") add_factors(file, rope, config.at("head_dim"));
}

void add_tokenizer(gguf_bytes::file& file, const json& tokenizer, const json& config) {
  constexpr std::int32_t normal = 1, control = 3, unused = 5;
  std::map<std::size_t, std::pair<std::string, std::int32_t>> by_id;
  for (const auto& [token, id] : tokenizer.at("model").at("vocab").items())
    by_id[id] = {token, normal};
  for (const json& each : tokenizer.at("added_tokens"))
    if (each.at("special") == true) by_id[each.at("id")] = {each.at("content"), control};
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> kinds;
  for (std::size_t id = 0; id <= by_id.rbegin()->first; ++id) {
    const auto found = by_id.find(id);
    tokens.push_back(found == by_id.end() ? "[PAD]" : found->second.first);
    kinds.push_back(found == by_id.end() ? unused : found->second.second);
  }
  for (const json& merge : tokenizer.at("model").at("merges"))
    merges.push_back(merge.is_string()
                         ? merge.get<std::string>()
                         : merge[0].get<std::string>() + " " + merge[1].get<std::string>());
  const std::string text = tokenizer.dump();
  const bool bytes = !tokenizer.at("model").value("byte_fallback", false);
  file.word("tokenizer.ggml.model", bytes ? "gpt2" : "llama");
  file.word("tokenizer.ggml.pre", !bytes                            ? "default"
                                  : text.find("{1,3}") != text.npos ? "llama-bpe"
                                  : text.find("NFC") != text.npos   ? "qwen2"
                                                                    : "gpt-2");
  file.words("tokenizer.ggml.tokens", tokens).numbers("tokenizer.ggml.token_type", kinds);
  file.words("tokenizer.ggml.merges", merges);
  for (const char* which : {"bos", "eos"})
    if (const std::string key = std::string(which) + "_token_id";
        config.contains(key) && config[key].is_number())
      file.size("tokenizer.ggml." + key, config[key]);
}

// vocab.json and merges.txt in the form of tokenizer.json.
json older_tokenizer(const path& directory) {
  const json vocab = read(directory / "vocab.json");
  json merges = json::array();
  std::istringstream lines(contents(directory / "merges.txt"));
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("#version")) merges.push_back(line);
  const char* const end = "<|endoftext|>";
  const json added = {{{"id", vocab.at(end)}, {"content", end}, {"special", true}}};
  return {{"model", {{"vocab", vocab}, {"merges", merges}}}, {"added_tokens", added}};
}

}  // namespace

std::string gguf_of_directory(const path& directory, const std::string& family) {
  const json config = read(directory / "config.json");
  gguf_bytes::file file;
  add_sizes(file, family, config);
  if (std::filesystem::exists(directory / "tokenizer.json"))
    add_tokenizer(file, read(directory / "tokenizer.json"), config);
  else if (std::filesystem::exists(directory / "vocab.json"))
    add_tokenizer(file, older_tokenizer(directory), config);
  add_tensors(file, directory, family, config);
  return file.bytes();
}
