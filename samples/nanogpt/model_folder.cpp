// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Models as Hugging Face directories; see model_folder.hpp.
#include "model_folder.hpp"

#include <algorithm>
#include <cstring>
#include <deque>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>

#include "model_error.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::string_view weight_end = ".weight", bias_end = ".bias";

// The bias that belongs to a weight of a linear layer or a norm; empty for the embeddings and the
// head.
std::string bias_name(const std::string& weight) {
  if (!weight.ends_with(weight_end) || weight == "wte.weight" || weight == "wpe.weight" ||
      weight == "lm_head.weight")
    return "";
  return weight.substr(0, weight.size() - weight_end.size()).append(bias_end);
}

// The model's tensors, and zeros for the biases that it has not.
void write_with_biases(const std::string& path, const runtime::weights& weights) {
  const auto tensors = checked(weights.tensors());
  std::deque<std::string> names;  // of biases; tensors without a place in the model
  std::vector<tenon_named_tensor> all;
  for (const tenon_named_tensor& each : tensors) {
    all.push_back(each);
    if (const std::string bias = bias_name(each.name); !bias.empty())
      all.push_back(
          {names.emplace_back(bias).c_str(), each.dtype, 1, each.shape + each.rank - 1, nullptr});
  }
  struct source {
    const runtime::weights& weights;
    const std::vector<tenon_named_tensor>& all;
  } from{weights, all};
  const tenon_metadata format{"format", "pt"};
  const tenon_safetensors contents{
      all.data(),
      all.size(),
      [](void* context, std::size_t index, void* data, std::uint64_t bytes) {
        const source& from = *static_cast<const source*>(context);
        const char* const name = from.all[index].name;
        if (std::string_view(name).ends_with(bias_end)) {
          std::memset(data, 0, bytes);
          return tenon_status{};
        }
        const std::span values(static_cast<float*>(data), bytes / sizeof(float));
        return from.weights.read(runtime::memory::value, name, values).raw();
      },
      &from,
      &format,
      1,
      nullptr};
  check(runtime::write_safetensors(path, contents));
}

}  // namespace

std::string config_json(const gpt_config& config, const vocabulary& tokens) {
  nlohmann::ordered_json json{{"architectures", {"GPT2LMHeadModel"}},
                              {"model_type", "gpt2"},
                              {"activation_function", name_of(config.act)},
                              {"vocab_size", config.n_vocab},
                              {"n_positions", config.n_block},
                              {"n_embd", config.n_embd},
                              {"n_layer", config.n_layer},
                              {"n_head", config.n_head},
                              {"n_inner", nullptr},
                              {"layer_norm_epsilon", config.epsilon},
                              {"attn_pdrop", config.dropout},
                              {"embd_pdrop", config.dropout},
                              {"resid_pdrop", config.dropout},
                              {"tie_word_embeddings", config.tied},
                              {"torch_dtype", "float32"}};
  if (config.n_inner > 0) json["n_inner"] = config.n_inner;
  // transformers' default for these is 50256, which may lie outside.
  const auto end = tokens.end_of_text();
  json["bos_token_id"] = json["eos_token_id"] = nullptr;
  if (end) json["bos_token_id"] = json["eos_token_id"] = *end;
  return json.dump(2) + "\n";
}

void write_model(const std::filesystem::path& folder, const runtime::weights& weights,
                 const gpt_config& config, const vocabulary& tokens,
                 const std::filesystem::path& data) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw model_error(fmt::format("'{}' cannot be made: {}; choose another folder", folder.string(),
                                  error.message()));
  replace_file(folder / "config.json", config_json(config, tokens));
  tokens.copy(data, folder);
  const std::string path = (folder / "model.safetensors").string();
  if (config.bias)
    check(weights.save(path));
  else
    write_with_biases(path, weights);
}

runtime::weights read_model(const std::filesystem::path& folder, const tenon_model& model,
                            const gpt_config& config, const runtime::options& how) {
  if (config.bias) return checked(runtime::weights::load(model, folder.string(), how));
  const std::string path = (folder / "model.safetensors").string();
  const auto file = checked(runtime::safetensors_file::open(path));
  std::vector<tenon_named_tensor> kept;
  std::deque<std::vector<float>> values;
  for (std::size_t i = 0; i < file.size(); ++i) {
    tenon_named_tensor tensor = file.tensor(i);
    if (tensor.dtype != TENON_F32)
      throw model_error(fmt::format("'{}': tensor {} is not F32; use a model that nanogpt trained",
                                    path, shown(tensor.name)));
    std::uint64_t count = 1;  // no overflow: the header was checked against the file's size
    for (std::uint32_t axis = 0; axis < tensor.rank; ++axis)
      count *= static_cast<std::uint64_t>(tensor.shape[axis]);
    std::vector<float>& read = values.emplace_back(std::max<std::uint64_t>(count, 1));
    check(file.read(i, read.data(), count * sizeof(float)));
    tensor.data = read.data();
    if (!std::string_view(tensor.name).ends_with(bias_end))
      kept.push_back(tensor);
    else if (std::any_of(read.begin(), read.end(), [](float each) { return each != 0; }))
      throw model_error(
          fmt::format("'{}': {} is not 0, but the model '{}' has no biases; compile one "
                      "with them",
                      path, shown(tensor.name), model.name));
  }
  return checked(runtime::weights::from_tensors(model, kept, how));
}

}  // namespace tenon::samples
