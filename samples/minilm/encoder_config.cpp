// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys of the files; defaults are those of transformers' BertConfig.
#include "encoder_config.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/config_reader.hpp"
#include "checkpoint/model_words.hpp"
#include "model_error.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/json_options.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

constexpr std::int64_t least_tokens = 3;  // [CLS], one of a text, [SEP]

void refuse_others(const path& file, const std::vector<config_key>& keys) {
  if (const std::string refusals = refusals_of(keys); !refusals.empty())
    throw model_error(fmt::format("{}: {}; use a checkpoint without it", file.string(), refusals));
}

bert_config read_sizes(const path& directory) {
  config_reader file(directory);
  file.demand("model_type", "bert", {"bert"});
  file.demand("hidden_act", "gelu", {"gelu"});
  file.demand("position_embedding_type", "absolute", {"absolute"});
  for (const char* key : {"is_decoder", "add_cross_attention"}) file.demand(key, false, {false});
  bert_config sizes;
  const auto size = [&](const char* key, int fallback, std::int64_t most) {
    return static_cast<int>(file.size(key, fallback, most));
  };
  sizes.n_layer = size("num_hidden_layers", 12, 1024);
  sizes.n_head = size("num_attention_heads", 12, 1024);
  sizes.n_embd = size("hidden_size", 768, 65536);
  sizes.n_hidden = size("intermediate_size", 3072, 262144);
  sizes.n_vocab = size("vocab_size", 30522, 4194304);
  sizes.n_block = size("max_position_embeddings", 512, 1048576);
  sizes.n_type = size("type_vocab_size", 2, 1024);
  sizes.epsilon = file.fraction("layer_norm_eps", 1e-12);
  refuse_others(directory / "config.json", std::move(file).keys());
  return sizes;
}

// What sentence-transformers does with the tokens: their mean, made to length 1.
void check_modules(const path& directory) {
  std::error_code error;
  const path modules = directory / "modules.json", pooling = directory / "1_Pooling";
  if (std::filesystem::exists(modules, error)) {
    const json all = read_json(modules);
    if (!all.is_array()) fail_in(modules, "is not a JSON array; pass a Hugging Face directory");
    for (const json& each : all) {
      const json& type = at(each, "type");
      const std::string name = type.is_string() ? type.get<std::string>() : "";
      const std::string last = name.substr(name.find_last_of('.') + 1);
      if (last != "Transformer" && last != "Pooling" && last != "Normalize")
        throw model_error(
            fmt::format("{} has the module {}, which this sample does not compute; use an encoder "
                        "of Transformer, Pooling and Normalize",
                        modules.string(), shown(type.dump())));
    }
  }
  if (!std::filesystem::exists(pooling / "config.json", error)) return;
  config_reader file(pooling);
  file.demand("pooling_mode_mean_tokens", true, {true});
  for (const char* key :
       {"pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"})
    file.demand(key, false, {false});
  refuse_others(pooling / "config.json", std::move(file).keys());
}

std::int64_t read_most_tokens(const path& directory, std::int64_t n_positions) {
  const path file = directory / "sentence_bert_config.json";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return n_positions;
  const json root = read_json(file);
  const json& most = at(root, "max_seq_length");
  if (most.is_null()) return n_positions;
  if (!most.is_number_integer() || most < least_tokens || most > n_positions)
    fail_in(file, fmt::format("max_seq_length is {}, which needs a whole number of {} to {}, the "
                              "max_position_embeddings of config.json",
                              shown(most.dump()), least_tokens, n_positions));
  return most.get<std::int64_t>();
}

bert_config sizes_of(const runtime::model& model) {
  const model_words words(model);
  const int n_head = words.size("n_head");
  return {.n_layer = words.size("n_layer"),
          .n_head = n_head,
          .n_embd = words.size("n_embd"),
          .n_hidden = words.size("n_hidden"),
          .n_vocab = words.size("n_vocab"),
          .n_block = words.size("n_block"),
          .n_type = words.size("n_type"),
          .max_batch = words.size("batch"),
          .epsilon = words.number("layer_norm_eps")};
}

std::vector<std::string> differences(const bert_config& wanted, const runtime::model& model) {
  const bert_config found = sizes_of(model);
  std::vector<std::string> all;
  const auto compare = [&](const char* key, auto asked, auto compiled) {
    if (asked != compiled)
      all.push_back(fmt::format("{} is {}, '{}' has {}", key, asked, model.name(), compiled));
  };
  compare("num_hidden_layers", wanted.n_layer, found.n_layer);
  compare("num_attention_heads", wanted.n_head, found.n_head);
  compare("hidden_size", wanted.n_embd, found.n_embd);
  compare("intermediate_size", wanted.n_hidden, found.n_hidden);
  compare("vocab_size", wanted.n_vocab, found.n_vocab);
  compare("max_position_embeddings", wanted.n_block, found.n_block);
  compare("type_vocab_size", wanted.n_type, found.n_type);
  compare("layer_norm_eps", wanted.epsilon, found.epsilon);
  return all;
}

}  // namespace

wanted_encoder read_encoder_config(const path& directory) {
  const bert_config sizes = read_sizes(directory);
  check_modules(directory);
  return {sizes, read_most_tokens(directory, sizes.n_block)};
}

runtime::model choose_encoder(const path& directory, const bert_config& wanted,
                              const std::vector<runtime::model>& linked) {
  std::vector<std::string> least;
  std::string configured;
  for (const runtime::model& model : linked) {
    auto these = differences(wanted, model);
    if (these.empty()) return model;
    if (least.empty() || these.size() < least.size()) least = std::move(these);
    configured.append(model_words(model).word("configuration")).append(";");
  }
  throw model_error(fmt::format(
      "{}: no compiled model fits: {}; build the program with this model:\n"
      "  cmake -DTENON_SAMPLES_MINILM='{}my-bert:{},{},{},{},{},{},{},{}' build && cmake --build "
      "build --target minilm",
      (directory / "config.json").string(), fmt::join(least, ", "), configured, wanted.n_layer,
      wanted.n_head, wanted.n_embd, wanted.n_hidden, wanted.n_vocab, wanted.n_block, wanted.n_type,
      wanted.epsilon));
}

}  // namespace tenon::samples
