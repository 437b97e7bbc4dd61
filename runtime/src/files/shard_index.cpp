// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading an index of shards; see shard_index.hpp.
#include "shard_index.hpp"

#include <cinttypes>

#include "failure.hpp"
#include "file.hpp"
#include "json.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr std::uint64_t most_index_bytes = 100'000'000;
constexpr std::size_t most_shards = 256;  // all stay open while the weights are read

// A file beside the index and nothing else: no folders, no way up.
bool is_plain_name(const std::string& name) {
  return name.ends_with(".safetensors") && name[0] != '.' && name.size() <= 255 &&
         name.find('/') == std::string::npos;
}

bool read_weight_map(json_reader& json, shard_index& index) {
  std::unordered_map<std::string, std::size_t> known;
  return json.members([&](const std::string& tensor) {
    std::string name;
    if (!json.string(name)) return false;
    if (!is_plain_name(name))
      return json.refuse("'" + name + "' is not the name of a .safetensors file beside the index");
    const auto [place, is_new] = known.emplace(name, index.files.size());
    if (is_new) index.files.push_back(name);
    if (index.files.size() > most_shards) return json.refuse("more than 256 shards");
    return index.file_of.emplace(tensor, place->second).second ||
           json.refuse("tensor '" + tensor + "' twice");
  });
}

}  // namespace

tenon_status read_shard_index(const std::string& path, shard_index& index) {
  file source;
  TENON_TRY(file::open(path, source));
  if (source.bytes() > most_index_bytes)
    return failure(TENON_BAD_FILE,
                   "'%s' has %" PRIu64 " bytes, at most %" PRIu64
                   " are allowed; is it "
                   "an index of shards?",
                   path.c_str(), source.bytes(), most_index_bytes);
  std::string text(source.bytes(), '\0');
  TENON_TRY(source.read(0, text.data(), text.size()));
  if (!is_utf8(text))
    return failure(TENON_BAD_FILE, "'%s' is not UTF-8; download it again", path.c_str());
  json_reader json(text);
  bool has_map = false;
  const bool read = json.members([&](const std::string& key) {
    if (key != "weight_map") return json.skip();
    if (std::exchange(has_map, true)) return json.refuse("weight_map twice");
    return read_weight_map(json, index);
  });
  if (!read || !json.end() || !(has_map || json.refuse("weight_map missing")))
    return failure(TENON_BAD_FILE, "'%s', byte %zu: %s; download it again", path.c_str(), json.at(),
                   json.error().c_str());
  return success();
}

}  // namespace tenon::runtime::detail
