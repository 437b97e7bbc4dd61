// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What models of every family say of themselves; see compiled_model.hpp.
#include "checkpoint/compiled_model.hpp"

#include "checkpoint/llama_config.hpp"
#include "checkpoint/model_config.hpp"
#include "checkpoint/model_words.hpp"
#include "model_error.hpp"

namespace tenon::samples {
namespace {

rope_scaling scaling_of(const model_words& words) {
  constexpr const char* key = "rope_scaling";
  if (std::string_view(words.word(key)) == "none") return {};
  const std::vector<double> numbers = words.numbers(key, '/');
  if (numbers.size() != 4) words.wrong(key, "none or factor/low/high/original");
  return {numbers[0], numbers[1], numbers[2], static_cast<int>(numbers[3])};
}

compiled_model read_llama(const runtime::model& model) {
  const model_words words(model);
  const int n_kv = words.size("n_kv");
  const llama_config config{.n_layer = words.size("n_layer"),
                            .n_head = n_kv * words.size("n_group"),
                            .n_kv = n_kv,
                            .n_dim = words.size("n_dim"),
                            .n_embd = words.size("n_embd"),
                            .n_hidden = words.size("n_hidden"),
                            .n_vocab = words.size("n_vocab"),
                            .n_block = words.size("n_block"),
                            .max_batch = words.size("batch"),
                            .theta = words.number("rope_theta"),
                            .scaling = scaling_of(words),
                            .epsilon = words.number("rms_norm_eps"),
                            .act = words.activation_of("hidden_act"),
                            .bias = words.has("layers.{}.self_attn.q_proj.bias"),
                            .qk_norm = words.has("layers.{}.self_attn.q_norm.weight"),
                            .tied = !words.has("lm_head.weight")};
  return {&model.raw(),   "llama",        values_of(config),
          config.n_block, config.n_vocab, words.word("configuration"),
          words.compute()};
}

}  // namespace

compiled_model compiled_of(const compiled_gpt& gpt) {
  return {
      gpt.model,         "gpt2",     values_of(gpt.config), gpt.config.n_block, gpt.config.n_vocab,
      gpt.configuration, gpt.compute};
}

compiled_model read_compiled_model(const runtime::model& model) {
  const model_words words(model);
  const std::string_view family = words.word("family");
  if (family == "gpt2") return compiled_of(read_compiled(model));
  if (family != "llama") words.wrong("family", "gpt2 or llama");
  return read_llama(model);
}

std::vector<compiled_model> all_compiled_models() {
  std::vector<compiled_model> all;
  for (const runtime::model& each : runtime::linked_models())
    all.push_back(read_compiled_model(each));
  return all;
}

}  // namespace tenon::samples
