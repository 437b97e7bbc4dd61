// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What models of every family say of themselves; see compiled_model.hpp.
#include "checkpoint/compiled_model.hpp"

#include <algorithm>

#include "checkpoint/model_words.hpp"

namespace tenon::samples {

std::map<std::string, std::string> read_settings(std::string_view text) {
  std::map<std::string, std::string> settings;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    const std::size_t sign = std::min(item.find('='), item.size());
    settings.emplace(item.substr(0, sign), item.substr(std::min(sign + 1, item.size())));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
  }
  return settings;
}

compiled_model read_compiled_model(const runtime::model& model) {
  const model_words words(model);
  return {.model = &model.raw(),
          .family = words.word("family"),
          .settings = read_settings(words.word("settings")),
          .n_block = words.size("n_block"),
          .n_vocab = words.size("n_vocab"),
          .configuration = words.word("configuration"),
          .compute = words.compute()};
}

std::vector<compiled_model> all_compiled_models() {
  std::vector<compiled_model> all;
  for (const runtime::model& each : runtime::linked_models())
    all.push_back(read_compiled_model(each));
  return all;
}

}  // namespace tenon::samples
