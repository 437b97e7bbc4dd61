// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// eos_token_id; see ends_of_text.hpp.
#include "checkpoint/ends_of_text.hpp"

#include <nlohmann/json.hpp>

#include "checkpoint/gguf_config.hpp"
#include "checkpoint/gguf_reader.hpp"
#include "tokenizer/definition.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/json_options.hpp"

namespace tenon::samples {

std::vector<std::int32_t> ends_of_text(const std::filesystem::path& directory,
                                       const bpe& tokenizer) {
  std::vector<std::int32_t> ends;
  if (is_gguf(directory)) {
    const gguf_reader file(directory);
    for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"})
      if (const auto id = file.integer_if(key); id && *id >= 0 && *id < tokenizer.size())
        ends.push_back(static_cast<std::int32_t>(*id));
  }
  for (const char* name : {"generation_config.json", "config.json"}) {
    const std::filesystem::path file = directory / name;
    std::error_code error;
    if (!ends.empty() || !std::filesystem::exists(file, error)) continue;
    const nlohmann::json root = read_json(file);
    const nlohmann::json& found = at(root, "eos_token_id");
    if (found.is_null()) continue;
    for (const nlohmann::json& each : found.is_array() ? found : nlohmann::json::array({found}))
      ends.push_back(read_id(file, "eos_token_id", each));
  }
  if (const auto end = tokenizer.find("<|endoftext|>")) ends.push_back(*end);
  return ends;
}

}  // namespace tenon::samples
