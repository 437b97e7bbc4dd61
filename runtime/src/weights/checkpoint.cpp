// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checkpoints; see checkpoint.hpp.
#include "checkpoint.hpp"

#include <algorithm>
#include <cstring>

#include <sys/stat.h>

#include "failure.hpp"
#include "files/gguf.hpp"
#include "files/safetensors.hpp"
#include "files/shard_index.hpp"
#include "files/tensor_values.hpp"

namespace tenon::runtime::detail {
namespace {

bool is_directory(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool exists(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0;
}

}  // namespace

tenon_status checkpoint::open_file(const std::string& path) {
  file opened;
  TENON_TRY(file::open(path, opened));
  std::vector<stored_tensor> tensors;
  bool is_gguf = false;
  TENON_TRY(has_gguf_magic(opened, is_gguf));
  if (is_gguf || path.ends_with(".gguf")) {
    gguf_header header;
    TENON_TRY(read_gguf(opened, tensors, header));
  } else {
    TENON_TRY(read_header(opened, tensors));
  }
  for (stored_tensor& tensor : tensors) tensors_.push_back({files_.size(), std::move(tensor)});
  files_.push_back(std::move(opened));
  return success();
}

tenon_status checkpoint::open_directory(const std::string& path) {
  const std::string single = path + "/model.safetensors", index = single + ".index.json";
  if (exists(single)) return open_file(single);
  if (exists(index)) return open_shards(path, index);
  return failure(TENON_IO_ERROR,
                 "'%s' holds neither model.safetensors nor "
                 "model.safetensors.index.json; pass the directory of a safetensors checkpoint, or "
                 "a .gguf file",
                 path.c_str());
}

tenon_status checkpoint::open_shards(const std::string& folder, const std::string& index) {
  shard_index shards;
  TENON_TRY(read_shard_index(index, shards));
  for (const std::string& shard : shards.files) TENON_TRY(open_file(folder + "/" + shard));
  // The shards must hold exactly what the index says; a stale shard would otherwise go unnoticed.
  std::size_t found = 0;
  for (const located& each : tensors_) {
    const auto entry = shards.file_of.find(each.tensor.what.name);
    if (entry == shards.file_of.end() || entry->second != each.file)
      return failure(
          TENON_BAD_FILE,
          "'%s' holds tensor '%s', for which '%s' names %s; use shards and "
          "index of one checkpoint",
          files_[each.file].path().c_str(), each.tensor.what.name.c_str(), index.c_str(),
          entry == shards.file_of.end() ? "no file" : shards.files[entry->second].c_str());
    ++found;
  }
  if (found == shards.file_of.size()) return success();
  for (const located& each : tensors_) shards.file_of.erase(each.tensor.what.name);
  return failure(TENON_BAD_FILE,
                 "'%s' names %zu tensors that no shard holds, '%s' for one; use shards "
                 "and index of one checkpoint",
                 index.c_str(), shards.file_of.size(), shards.file_of.begin()->first.c_str());
}

// A tied tensor that differs would be dropped silently, and the model would compute something else.
tenon_status checkpoint::check_twin(const located& a, const located& b) const {
  const std::uint64_t bytes = a.tensor.end - a.tensor.begin;
  bool same =
      a.tensor.what.type == b.tensor.what.type && a.tensor.what.blocks == b.tensor.what.blocks;
  constexpr std::uint64_t chunk = std::uint64_t{1} << 20;
  std::vector<char> left(chunk), right(chunk);
  for (std::uint64_t at = 0; same && at < bytes; at += chunk) {
    const std::size_t n = std::min(chunk, bytes - at);
    TENON_TRY(files_[a.file].read(a.tensor.begin + at, left.data(), n));
    TENON_TRY(files_[b.file].read(b.tensor.begin + at, right.data(), n));
    same = std::memcmp(left.data(), right.data(), n) == 0;
  }
  if (same) return success();
  return failure(TENON_INCOMPATIBLE,
                 "tensor '%s' differs from '%s', to which the model ties it; use "
                 "weights with tied embeddings",
                 a.tensor.what.name.c_str(), b.tensor.what.name.c_str());
}

tenon_status checkpoint::open(const tenon_model& model, const std::string& path,
                              checkpoint& opened) {
  TENON_TRY(is_directory(path) ? opened.open_directory(path) : opened.open_file(path));
  std::vector<offered_tensor> offered;
  for (const located& each : opened.tensors_) offered.push_back(each.tensor.what);
  const std::vector<slot> slots = slots_of(model);
  std::vector<twin> twins;
  TENON_TRY(bind_slots(model, slots, offered, opened.bound_, twins));
  opened.types_.reserve(slots.size());
  for (const slot& each : slots) {
    opened.types_.push_back(element_of(model.params[each.param].tensor.dtype));
    opened.shapes_.push_back(shape_of(model, model.params[each.param]));
  }
  for (const twin& pair : twins)
    TENON_TRY(opened.check_twin(opened.tensors_[pair.tensor],
                                opened.tensors_[opened.bound_[pair.slot].tensor]));
  return success();
}

tenon_status checkpoint::read(std::size_t index, std::size_t first, std::size_t count,
                              void* destination) const {
  const binding& from = bound_[index];
  const located& tensor = tensors_[from.tensor];
  const auto read = [&](element type, std::size_t begin, std::size_t n, std::byte* to) {
    return read_values(files_[tensor.file], tensor.tensor, type, from.first + begin, n, to);
  };
  return read_arranged(from.lies, shapes_[index], types_[index], first, count, read,
                       static_cast<std::byte*>(destination));
}

bool checkpoint::whole(std::size_t index) const {
  return bound_[index].lies == arrangement::swapped;
}

}  // namespace tenon::runtime::detail
