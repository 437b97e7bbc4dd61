// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// config.json of GPT-NeoX and Pythia; the defaults are those of transformers' GPTNeoXConfig.
#include <fmt/format.h>

#include "checkpoint/families.hpp"

namespace tenon::samples {
namespace {

// How many channels of a head turn with positions.
void read_turned(family_reader& reader, const char* key, std::int64_t n_dim) {
  const double share = reader.file.positive(key, 0.25);
  const auto n_turned = static_cast<std::int64_t>(static_cast<double>(n_dim) * share);
  if (share > 1 || n_turned < 1 || n_turned % 2 != 0)
    reader.file.refuse(
        fmt::format("of the {} channels of a head it turns {}; this sample turns an even number, "
                    "at least 2 and at most all",
                    n_dim, n_turned));
  reader.value("n_turned", key, fmt::format("{}", n_turned));
}

// transformers 5 writes rope_parameters; before, the keys stood outside under other names.
void read_rope(family_reader& reader, std::int64_t n_dim) {
  config_reader& file = reader.file;
  if (file.peek("rope_parameters").is_object()) {
    const config_reader::inside inside(file, "rope_parameters");
    file.demand("rope_type", "default", {"default"});
    reader.positive("theta", "rope_theta", 10000);
    read_turned(reader, "partial_rotary_factor", n_dim);
  } else {
    file.demand("rope_scaling", nullptr, {nullptr});
    reader.positive("theta", "rotary_emb_base", 10000);
    read_turned(reader, "rotary_pct", n_dim);
  }
}

}  // namespace

void read_neox(family_reader& reader) {
  config_reader& file = reader.file;
  reader.size("n_layer", "num_hidden_layers", 44);
  const std::int64_t n_head = reader.size("n_head", "num_attention_heads", 64);
  const std::int64_t n_embd = reader.size("n_embd", "hidden_size", 6144);
  reader.size("n_hidden", "intermediate_size", 24576);
  reader.size("n_vocab", "vocab_size", 50432);
  reader.positions("max_position_embeddings", 2048);
  read_rope(reader, n_embd / n_head);
  reader.fraction("epsilon", "layer_norm_eps", 1e-5);
  reader.activation_of("act", "hidden_act", "gelu");
  reader.form("sequential", "use_parallel_residual", file.flag("use_parallel_residual", true),
              true);
  reader.tied("tie_word_embeddings", false);
  file.demand("attention_bias", true, {true});
  reader.divides("num_attention_heads", n_head, "hidden_size", n_embd);
}

}  // namespace tenon::samples
