// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From model_type to the family; see wanted_model.hpp.
#include "checkpoint/wanted_model.hpp"

#include "checkpoint/llama_config.hpp"
#include "checkpoint/model_config.hpp"

namespace tenon::samples {

wanted_model read_wanted_model(const std::filesystem::path& directory) {
  const nlohmann::json type = config_reader(directory).peek("model_type");
  if (is_llama_like(type)) return read_llama_config(directory);
  return wanted_of(read_model_config(directory));
}

}  // namespace tenon::samples
