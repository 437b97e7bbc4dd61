// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// files.h: safetensors and whole files for applications.
#include <tenon/runtime/files.h>

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <memory>

#include "atomic_file.hpp"
#include "checksum.hpp"
#include "failure.hpp"
#include "safetensors.hpp"
#include "safetensors_writer.hpp"

using namespace tenon::runtime::detail;

struct tenon_safetensors_file {
  file source;
  std::vector<stored_tensor> tensors;  // in the order of their bytes
  header_extras extras;
};

namespace {

constexpr std::uint32_t no_dtype = UINT32_MAX;

// The tenon_dtype of an element type.
std::uint32_t dtype_of(element type) {
  for (const std::uint32_t dtype : {TENON_F32, TENON_BF16, TENON_I32, TENON_F64})
    if (element_of(dtype) == type) return dtype;
  return no_dtype;
}

tenon_status check_contents(const char* path, const tenon_safetensors& contents) {
  if ((contents.tensors == nullptr && contents.n_tensors > 0) ||
      (contents.metadata == nullptr && contents.n_metadata > 0))
    return failure(TENON_INVALID_ARGUMENT,
                   "'%s': the array of %zu tensors or of %zu metadata is null; pass both", path,
                   contents.n_tensors, contents.n_metadata);
  for (std::size_t i = 0; i < contents.n_tensors; ++i) {
    const tenon_named_tensor& tensor = contents.tensors[i];
    if (tensor.name == nullptr || tensor.rank > TENON_MAX_RANK || tensor.dtype > TENON_F64 ||
        (tensor.rank > 0 && tensor.shape == nullptr))
      return failure(TENON_INVALID_ARGUMENT,
                     "'%s': tensor %zu has no name or shape, or a rank or dtype beyond those of "
                     "runtime.h; set all",
                     path, i);
    if (tensor.data == nullptr && contents.fill == nullptr)
      return failure(TENON_INVALID_ARGUMENT,
                     "'%s': tensor '%s' has no data and there is no fill; set one of them", path,
                     tensor.name);
  }
  for (std::size_t i = 0; i < contents.n_metadata; ++i)
    if (contents.metadata[i].key == nullptr || contents.metadata[i].value == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "'%s': metadata %zu has a null key or value; set both",
                     path, i);
  return success();
}

}  // namespace

tenon_status tenon_file_write(const char* path, const void* data, uint64_t bytes) {
  return guarded([&] {
    if (path == nullptr || (data == nullptr && bytes > 0))
      return failure(TENON_INVALID_ARGUMENT, "the path or the data are null; pass both");
    atomic_file file;
    TENON_TRY(atomic_file::create(path, file));
    TENON_TRY(file.write(data, bytes));
    return file.commit();
  });
}

tenon_status tenon_safetensors_write(const char* path, const tenon_safetensors* contents) {
  return guarded([&] {
    if (path == nullptr || contents == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the path or the contents are null; pass both");
    TENON_TRY(check_contents(path, *contents));
    safetensors_contents whole;
    for (std::size_t i = 0; i < contents->n_tensors; ++i) {
      const tenon_named_tensor& tensor = contents->tensors[i];
      whole.tensors.push_back(
          {tensor.name, element_of(tensor.dtype), {tensor.shape, tensor.shape + tensor.rank}});
    }
    for (std::size_t i = 0; i < contents->n_metadata; ++i)
      whole.metadata.emplace_back(contents->metadata[i].key, contents->metadata[i].value);
    if (contents->checksum_key != nullptr) whole.checksum_key = contents->checksum_key;
    whole.fill = [&](std::size_t index, void* data, std::size_t bytes) {
      if (contents->tensors[index].data == nullptr)
        return contents->fill(contents->fill_context, index, data, bytes);
      if (bytes > 0) std::memcpy(data, contents->tensors[index].data, bytes);
      return success();
    };
    return write_safetensors(path, whole);
  });
}

tenon_status tenon_safetensors_open(const char* path, tenon_safetensors_file** opened) {
  return guarded([&] {
    if (path == nullptr || opened == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the path or the pointer is null; pass both");
    *opened = nullptr;
    auto made = std::make_unique<tenon_safetensors_file>();
    TENON_TRY(file::open(path, made->source));
    TENON_TRY(read_header(made->source, made->tensors, &made->extras));
    *opened = made.release();
    return success();
  });
}

void tenon_safetensors_close(tenon_safetensors_file* file) { delete file; }

size_t tenon_safetensors_count(const tenon_safetensors_file* file) {
  return file == nullptr ? 0 : file->tensors.size();
}

tenon_named_tensor tenon_safetensors_tensor(const tenon_safetensors_file* file, size_t index) {
  if (file == nullptr || index >= file->tensors.size()) return {};
  const offered_tensor& tensor = file->tensors[index].what;
  return {tensor.name.c_str(), dtype_of(tensor.type),
          static_cast<std::uint32_t>(tensor.shape.size()), tensor.shape.data(), nullptr};
}

const char* tenon_safetensors_dtype(const tenon_safetensors_file* file, size_t index) {
  if (file == nullptr || index >= file->tensors.size()) return nullptr;
  return file->tensors[index].what.type_text();
}

const char* tenon_safetensors_metadata(const tenon_safetensors_file* file, const char* key) {
  if (file == nullptr || key == nullptr) return nullptr;
  for (const auto& [name, value] : file->extras.metadata)
    if (name == key) return value.c_str();
  return nullptr;
}

tenon_status tenon_safetensors_read(const tenon_safetensors_file* file, size_t index, void* data,
                                    uint64_t bytes) {
  return guarded([&] {
    if (file == nullptr || index >= file->tensors.size() || data == nullptr)
      return failure(TENON_INVALID_ARGUMENT,
                     "there is no file, no tensor %zu in it, or no memory to read to; pass them",
                     index);
    const stored_tensor& tensor = file->tensors[index];
    if (bytes != tensor.end - tensor.begin)
      return failure(TENON_INVALID_ARGUMENT,
                     "tensor '%s' has %" PRIu64 " bytes, there is memory for %" PRIu64
                     "; pass as much as it has",
                     tensor.what.name.c_str(), tensor.end - tensor.begin, bytes);
    return file->source.read(tensor.begin, data, bytes);
  });
}

tenon_status tenon_safetensors_verify(const tenon_safetensors_file* file, const char* key) {
  return guarded([&] {
    if (file == nullptr || key == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the file or the key is null; pass both");
    const char* const path = file->source.path().c_str();
    const char* const stored = tenon_safetensors_metadata(file, key);
    std::string header = file->extras.text;
    const std::size_t at =
        stored == nullptr ? std::string::npos : header.find(metadata_text(key, stored));
    if (at == std::string::npos || std::strlen(stored) != no_checksum.size())
      return failure(TENON_BAD_FILE,
                     "'%s' has no checksum '%s'; it was not written by this program", path, key);
    header.replace(at + metadata_text(key, "").size() - 1, no_checksum.size(), no_checksum);
    checksum sum;
    sum.add_piece(header.data(), header.size());
    constexpr std::uint64_t chunk = std::uint64_t{1} << 20;
    std::vector<char> window(chunk);
    for (const stored_tensor& tensor : file->tensors) {
      for (std::uint64_t from = tensor.begin; from < tensor.end; from += chunk) {
        const std::size_t n = std::min(chunk, tensor.end - from);
        TENON_TRY(file->source.read(from, window.data(), n));
        sum.add_part(window.data(), n);
      }
      sum.end_piece(tensor.end - tensor.begin);
    }
    const std::string found = checksum_text(sum.value());
    if (found == stored) return success();
    return failure(TENON_BAD_FILE,
                   "'%s' is damaged: its checksum is %s, its bytes give %s; use another copy", path,
                   stored, found.c_str());
  });
}
