// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing of safetensors; see safetensors_writer.hpp.
#include "safetensors_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <unordered_set>

#include "atomic_file.hpp"
#include "checksum.hpp"
#include "failure.hpp"
#include "json.hpp"
#include "mapping.hpp"

namespace tenon::runtime::detail {
namespace {

// The bytes of a tensor; false where they exceed 2^63.
bool bytes_of(const offered_tensor& tensor, std::uint64_t& bytes) {
  bytes = element_bytes(tensor.type);
  for (const std::int64_t size : tensor.shape)
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes))
      return false;
  return bytes <= INT64_MAX;
}

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[7];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

// What the reader would refuse must not be written.
tenon_status check_texts(const char* path, const safetensors_contents& contents) {
  const auto refuse = [&](const char* what, const std::string& text, const char* why) {
    return failure(TENON_INVALID_ARGUMENT, "'%s': %s '%s' %s; use another", path, what,
                   text.c_str(), why);
  };
  std::unordered_set<std::string_view> names, keys;
  for (const offered_tensor& tensor : contents.tensors) {
    if (!is_utf8(tensor.name)) return refuse("tensor name", tensor.name, "is not UTF-8");
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second)
      return refuse("tensor name", tensor.name, "is taken already");
  }
  if (!contents.checksum_key.empty()) keys.insert(contents.checksum_key);
  for (const auto& [key, value] : contents.metadata) {
    if (!is_utf8(key) || !is_utf8(value)) return refuse("metadata of", key, "is not UTF-8");
    if (!keys.insert(key).second) return refuse("metadata key", key, "is there twice");
  }
  return success();
}

std::string json_shape(const std::vector<std::int64_t>& shape) {
  std::string json = "[";
  for (const std::int64_t size : shape)
    json.append(json.size() > 1 ? "," : "").append(std::to_string(size));
  return json + "]";
}

struct placed {
  std::size_t index;
  std::uint64_t bytes;
};

std::string header_text(const safetensors_contents& contents, const std::vector<placed>& order) {
  std::string json = "{\"__metadata__\":{";
  const char* comma = "";
  for (const auto& [key, value] : contents.metadata) {
    json.append(comma).append(metadata_text(key, value));
    comma = ",";
  }
  if (!contents.checksum_key.empty())
    json.append(comma).append(metadata_text(contents.checksum_key, no_checksum));
  json += "}";
  std::uint64_t at = 0;
  for (const placed& each : order) {
    const offered_tensor& tensor = contents.tensors[each.index];
    json.append(",").append(quoted(tensor.name)).append(":{\"dtype\":\"");
    json.append(element_name(tensor.type)).append("\",\"shape\":").append(json_shape(tensor.shape));
    json.append(",\"data_offsets\":[").append(std::to_string(at)).append(",");
    json.append(std::to_string(at + each.bytes)).append("]}");
    at += each.bytes;
  }
  json += "}";
  json.append((8 - json.size() % 8) % 8, ' ');
  return json;
}

}  // namespace

std::string checksum_text(std::uint64_t value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

std::string metadata_text(std::string_view key, std::string_view value) {
  return quoted(key) + ":" + quoted(value);
}

tenon_status write_safetensors(const std::string& path, const safetensors_contents& contents) {
  TENON_TRY(check_texts(path.c_str(), contents));
  std::vector<placed> order;
  std::uint64_t total = 0, most = 0;
  for (std::size_t i = 0; i < contents.tensors.size(); ++i) {
    std::uint64_t bytes = 0;
    if (contents.tensors[i].shape.size() > TENON_MAX_RANK ||
        !bytes_of(contents.tensors[i], bytes) || __builtin_add_overflow(total, bytes, &total))
      return failure(TENON_INVALID_ARGUMENT,
                     "'%s': tensor '%s' of shape %s is too large for a file; use other sizes",
                     path.c_str(), contents.tensors[i].name.c_str(),
                     shape_text(contents.tensors[i].shape).c_str());
    order.push_back({i, bytes});
    most = std::max(most, bytes);
  }
  std::stable_sort(order.begin(), order.end(), [&](const placed& a, const placed& b) {
    return element_bytes(contents.tensors[a.index].type) >
           element_bytes(contents.tensors[b.index].type);
  });

  const std::string header = header_text(contents, order);
  unsigned char length[8];
  for (std::size_t i = 0; i < sizeof length; ++i)
    length[i] = static_cast<unsigned char>(std::uint64_t{header.size()} >> (8 * i));
  mapping staging;
  TENON_TRY(mapping::create(most, "writing a tensor", staging));
  atomic_file file;
  TENON_TRY(atomic_file::create(path, file));
  TENON_TRY(file.write(length, sizeof length));
  TENON_TRY(file.write(header.data(), header.size()));
  checksum sum;
  sum.add_piece(header.data(), header.size());
  for (const placed& each : order) {
    TENON_TRY(contents.fill(each.index, staging.data(), each.bytes));
    if (!contents.checksum_key.empty()) sum.add_piece(staging.data(), each.bytes);
    TENON_TRY(file.write(staging.data(), each.bytes));
  }
  if (!contents.checksum_key.empty()) {
    const std::string digits = checksum_text(sum.value());
    const std::size_t at = header.find(metadata_text(contents.checksum_key, no_checksum));
    const std::size_t key = metadata_text(contents.checksum_key, "").size();
    TENON_TRY(file.overwrite(sizeof length + at + key - 1, digits.data(), digits.size()));
  }
  return file.commit();
}

}  // namespace tenon::runtime::detail
