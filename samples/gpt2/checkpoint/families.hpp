// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The families of decoders: a model file each, and a reader of the config.json that it serves.
#pragma once

#include "checkpoint/family_reader.hpp"

// The name, which <name>.model.cpp, <name>_config.cpp, Families.cmake and items of
// TENON_SAMPLES_GPT2 have, too; then model_type of config.json.
// clang-format off
#define DECODER_FAMILIES(X)                     \
  X(gpt2, "gpt2")                               \
  X(llama, "llama", "mistral", "qwen2", "qwen3") \
  X(neox, "gpt_neox")                           \
  X(gptj, "gptj")                               \
  X(gemma2, "gemma2")                           \
  X(mixtral, "mixtral")                         \
  X(bloom, "bloom")
// clang-format on

namespace tenon::samples {

// Each reads all keys that decide what is computed; defaults are those of transformers.
#define DECODER_FAMILY(name, ...) void read_##name(family_reader& reader);
DECODER_FAMILIES(DECODER_FAMILY)
#undef DECODER_FAMILY

struct family {
  const char* name;
  std::vector<const char*> model_types;
  void (*read)(family_reader&);
};

inline const std::vector<family>& families() {
#define DECODER_FAMILY(name, ...) {#name, {__VA_ARGS__}, read_##name},
  static const std::vector<family> all{DECODER_FAMILIES(DECODER_FAMILY)};
#undef DECODER_FAMILY
  return all;
}

}  // namespace tenon::samples
