// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Headers of safetensors files; see checkpoint_listing.hpp. Everything read is untrusted.
#include "checkpoint_listing.hpp"

#include <array>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model_error.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
constexpr std::uint64_t length_bytes = 8, most_header_bytes = 100'000'000;

[[noreturn]] void damaged(const std::filesystem::path& file) {
  throw model_error(
      fmt::format("{}: the header of this safetensors file cannot be read; download "
                  "the file again",
                  file.string()));
}

std::string read_header(const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  std::array<unsigned char, length_bytes> raw{};
  if (error || !stream.read(reinterpret_cast<char*>(raw.data()), length_bytes)) damaged(file);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) length |= std::uint64_t{raw[i]} << (8 * i);
  if (length > most_header_bytes || length > size - length_bytes) damaged(file);
  std::string header(length, '\0');
  if (!stream.read(header.data(), static_cast<std::streamsize>(length))) damaged(file);
  return header;
}

}  // namespace

std::vector<listed_tensor> list_file(const std::filesystem::path& file) {
  const std::string header = read_header(file);
  std::vector<listed_tensor> tensors;
  try {
    const json root = json::parse(header);
    for (const auto& [name, value] : root.get_ref<const json::object_t&>()) {
      if (name == "__metadata__") continue;
      const std::uint64_t data = length_bytes + header.size();
      tensors.push_back({name, value.at("dtype").get<std::string>(),
                         value.at("shape").get<std::vector<std::int64_t>>(), file,
                         data + value.at("data_offsets").at(0).get<std::uint64_t>(),
                         data + value.at("data_offsets").at(1).get<std::uint64_t>()});
    }
  } catch (const json::exception&) {
    damaged(file);
  }
  return tensors;
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
