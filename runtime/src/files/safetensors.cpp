// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading a safetensors header; see safetensors.hpp. Everything here is untrusted.
#include "safetensors.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <unordered_set>

#include "failure.hpp"
#include "json.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr std::uint64_t most_header_bytes = 100'000'000;
constexpr std::uint64_t length_bytes = 8;
constexpr char again[] = "download or export the file again";

bool read_shape(json_reader& json, std::vector<std::int64_t>& shape) {
  return json.elements([&] {
    std::uint64_t size = 0;
    if (!json.natural(size)) return false;
    if (size > INT64_MAX) return json.refuse("a size of 2^63 or more");
    if (shape.size() == TENON_MAX_RANK) return json.refuse("more than 8 dimensions");
    shape.push_back(static_cast<std::int64_t>(size));
    return true;
  });
}

// {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}: each once, in any order. A dtype that
// is not known matters where the tensor is used; another key never does.
bool read_tensor(json_reader& json, stored_tensor& tensor) {
  bool has_dtype = false, has_shape = false, has_offsets = false;
  const auto first = [&](bool& has) {
    return !std::exchange(has, true) || json.refuse("a key twice");
  };
  const bool read = json.members([&](const std::string& key) {
    if (key == "dtype") {
      std::string name;
      if (!first(has_dtype) || !json.string(name)) return false;
      tensor.what.type = element_from_name(name);
      if (tensor.what.type == element::other) tensor.what.type_name = name;
      return true;
    }
    if (key == "shape") return first(has_shape) && read_shape(json, tensor.what.shape);
    if (key == "data_offsets")
      return first(has_offsets) && json.expect('[') && json.natural(tensor.begin) &&
             json.expect(',') && json.natural(tensor.end) && json.expect(']');
    return json.skip();
  });
  if (!read) return false;
  return (has_dtype && has_shape && has_offsets) ||
         json.refuse("dtype, shape or data_offsets missing");
}

bool read_metadata(json_reader& json, header_extras* extras) {
  std::unordered_set<std::string> keys;
  return json.members([&](const std::string& key) {
    std::string text;
    if (!keys.insert(key).second) return json.refuse("key '" + key + "' twice");
    if (!json.string(text)) return false;
    if (extras != nullptr) extras->metadata.emplace_back(key, std::move(text));
    return true;
  });
}

bool read_tensors(json_reader& json, std::vector<stored_tensor>& tensors, header_extras* extras) {
  std::unordered_set<std::string> names;
  const bool read = json.members([&](const std::string& name) {
    if (!names.insert(name).second) return json.refuse("name '" + name + "' twice");
    if (name == "__metadata__") return read_metadata(json, extras);
    stored_tensor& tensor = tensors.emplace_back();
    tensor.what.name = name;
    return read_tensor(json, tensor);
  });
  return read && json.end();
}

// The bytes that dtype and shape ask for; false where they exceed 2^64.
bool bytes_of(const offered_tensor& tensor, std::uint64_t& bytes) {
  bytes = element_bytes(tensor.type);
  bool zero = false;  // a size of 0 makes nothing of the others, however large
  for (const std::int64_t size : tensor.shape) zero = zero || size == 0;
  if (zero) bytes = 0;
  for (const std::int64_t size : tensor.shape)
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) return false;
  return true;
}

// Sorted by offset, the tensors must tile the data: from 0, without holes or overlap, to its end.
tenon_status check_layout(const char* path, std::uint64_t data_bytes,
                          std::vector<stored_tensor>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const stored_tensor& a, const stored_tensor& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t covered = 0;
  for (const stored_tensor& tensor : tensors) {
    const char* const name = tensor.what.name.c_str();
    if (tensor.end < tensor.begin || tensor.end > data_bytes)
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s' lies at bytes %" PRIu64 " to %" PRIu64 " of %" PRIu64
                     "; %s",
                     path, name, tensor.begin, tensor.end, data_bytes, again);
    if (tensor.begin != covered)
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s' begins at byte %" PRIu64
                     ", the one before ends "
                     "at %" PRIu64 "; %s",
                     path, name, tensor.begin, covered, again);
    std::uint64_t bytes = 0;
    if (tensor.what.type != element::other &&
        (!bytes_of(tensor.what, bytes) || bytes != tensor.end - tensor.begin))
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s' has %" PRIu64
                     " bytes, %s %s needs another "
                     "number; %s",
                     path, name, tensor.end - tensor.begin, element_name(tensor.what.type),
                     shape_text(tensor.what.shape).c_str(), again);
    covered = tensor.end;
  }
  if (covered != data_bytes)
    return failure(TENON_BAD_FILE, "'%s': the tensors end at byte %" PRIu64 " of %" PRIu64 "; %s",
                   path, covered, data_bytes, again);
  return success();
}

}  // namespace

tenon_status read_header(const file& source, std::vector<stored_tensor>& tensors,
                         header_extras* extras) {
  const char* const path = source.path().c_str();
  if (source.bytes() < length_bytes)
    return failure(TENON_BAD_FILE,
                   "'%s' has %" PRIu64 " bytes, a safetensors file has at least %" PRIu64 "; %s",
                   path, source.bytes(), length_bytes, again);
  unsigned char raw[length_bytes];
  TENON_TRY(source.read(0, raw, sizeof raw));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::uint64_t{raw[i]} << (8 * i);
  if (length > most_header_bytes || length > source.bytes() - length_bytes)
    return failure(TENON_BAD_FILE,
                   "'%s' claims a header of %" PRIu64 " bytes; at most %" PRIu64
                   " are allowed and %" PRIu64 " are there; is it a safetensors file?",
                   path, length, most_header_bytes, source.bytes() - length_bytes);
  std::string header(length, '\0');
  TENON_TRY(source.read(length_bytes, header.data(), header.size()));
  if (header.empty() || header[0] != '{' || !is_utf8(header))
    return failure(TENON_BAD_FILE,
                   "'%s': the header is not UTF-8 that begins with '{'; is it a "
                   "safetensors file?",
                   path);
  std::string_view text = header;
  text = text.substr(0, text.find_last_not_of(' ') + 1);  // padding may only be spaces
  if (text.back() != '}')
    return failure(TENON_BAD_FILE, "'%s': the header does not end in '}' and spaces; %s", path,
                   again);
  tensors.clear();
  json_reader json(text);
  if (!read_tensors(json, tensors, extras))
    return failure(TENON_BAD_FILE, "'%s': header, byte %zu: %s; %s", path, json.at(),
                   json.error().c_str(), again);
  const std::uint64_t data_begin = length_bytes + length;
  TENON_TRY(check_layout(path, source.bytes() - data_begin, tensors));
  for (stored_tensor& tensor : tensors) {
    tensor.begin += data_begin;
    tensor.end += data_begin;
  }
  if (extras != nullptr) extras->text = std::move(header);
  return success();
}

}  // namespace tenon::runtime::detail
