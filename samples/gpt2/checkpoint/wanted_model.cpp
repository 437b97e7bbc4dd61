// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From model_type to the family; see wanted_model.hpp.
#include "checkpoint/wanted_model.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/families.hpp"

namespace tenon::samples {

std::string wanted_model::configuration() const {
  std::string text = family;
  for (const model_value& each : values) {
    if (each.value == each.absent) continue;
    text.append(",").append(each.setting);
    if (each.present.empty())
      text.append("=").append(each.advised.empty() ? each.value : each.advised);
  }
  return text;
}

wanted_model read_wanted_model(const std::filesystem::path& directory) {
  config_reader file(directory);
  wanted_model wanted{};
  const std::string type = file.word("model_type", "gpt2");
  const auto found = std::ranges::find_if(families(), [&](const family& each) {
    return std::ranges::find(each.model_types, type) != each.model_types.end();
  });
  if (found != families().end()) {
    wanted.family = found->name;
    family_reader reader(file, wanted);
    found->read(reader);
    file.demand("quantization_config", nullptr, {nullptr});
  } else {
    std::vector<const char*> known;
    for (const family& each : families())
      known.insert(known.end(), each.model_types.begin(), each.model_types.end());
    wanted.family = type;
    file.refuse(fmt::format("this sample computes {}", fmt::join(known, ", ")));
  }
  wanted.keys = std::move(file).keys();
  return wanted;
}

}  // namespace tenon::samples
