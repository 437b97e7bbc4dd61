// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists of tensors; see checkpoint_listing.hpp.
#include "checkpoint/checkpoint_listing.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>

#include "model_error.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;

std::vector<listed_tensor> list_file(const std::filesystem::path& path) {
  const auto file = checked(runtime::safetensors_file::open(path.string()));
  std::vector<listed_tensor> tensors;
  for (std::size_t i = 0; i < file.size(); ++i) {
    const tenon_named_tensor tensor = file.tensor(i);
    tensors.push_back({tensor.name, file.dtype(i), {tensor.shape, tensor.shape + tensor.rank}});
  }
  return tensors;
}

// Whether `name` is `pattern`, in which "{}" stands for a number.
bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t hole = pattern.find("{}");
  if (hole == pattern.npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, hole))) return false;
  name.remove_prefix(hole);
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits > 0 && name.substr(digits) == pattern.substr(hole + 2);
}

}  // namespace

std::string listed_tensor::bare_name(const tenon_model& model) const {
  std::vector<std::string_view> prefixes{"_orig_mod.", "module."};
  for (const tenon_stored_name& each : std::span(model.stored, model.n_stored))
    if (each.kind == TENON_STORED_PREFIX) prefixes.push_back(each.name);
  std::string_view bare = name;
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : prefixes)
      if (bare.starts_with(prefix)) {
        bare.remove_prefix(prefix.size());
        found = true;
      }
  }
  return std::string(bare);
}

bool needs_no_parameter(const tenon_model& model, const std::string& bare_name) {
  return std::ranges::any_of(
      std::span(model.stored, model.n_stored), [&](const tenon_stored_name& each) {
        return each.kind != TENON_STORED_PREFIX && matches(bare_name, each.name);
      });
}

std::vector<listed_tensor> list_checkpoint(const std::filesystem::path& directory) {
  const auto single = directory / "model.safetensors";
  if (std::filesystem::exists(single)) return list_file(single);
  const auto index = directory / "model.safetensors.index.json";
  if (!std::filesystem::exists(index))
    throw model_error(
        fmt::format("'{}' holds neither model.safetensors nor "
                    "model.safetensors.index.json; pass a Hugging Face directory",
                    directory.string()));
  const json root = read_json(index);
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (map == root.end() || !map->is_object())
    fail_in(index, "has no weight_map; download it again");
  std::set<std::string> shards;
  for (const auto& [tensor, file] : map->get_ref<const json::object_t&>()) {
    if (!file.is_string() || file.get_ref<const std::string&>().find('/') != std::string::npos)
      fail_in(index, "names no file beside it for tensor " + shown(tensor) + "; download it again");
    shards.insert(file.get<std::string>());
  }
  std::vector<listed_tensor> tensors;
  for (const std::string& shard : shards)
    for (listed_tensor& tensor : list_file(directory / shard)) tensors.push_back(std::move(tensor));
  return tensors;
}

}  // namespace tenon::samples
