// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys and tensors of GGUF files; see gguf_reader.hpp.
#include "checkpoint/gguf_reader.hpp"

#include <fmt/format.h>

#include "model_error.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

std::size_t gguf_tensor::count() const {
  std::size_t all = 1;
  for (const std::int64_t size : shape) all *= static_cast<std::size_t>(size);
  return all;
}

gguf_reader::gguf_reader(const std::filesystem::path& path)
    : path_(path), file_(checked(runtime::gguf_file::open(path.string()))) {}

void gguf_reader::wrong(const std::string& key, const char* needed) const {
  throw model_error(fmt::format("'{}': the key {} {}; convert the model again", path_.string(),
                                shown(key), needed));
}

std::optional<tenon_gguf_value> gguf_reader::find(const std::string& key, std::uint32_t kind,
                                                  const char* needed) const {
  const tenon_gguf_value value = file_.find(key.c_str());
  if (value.kind == TENON_GGUF_NONE) return std::nullopt;
  const bool widens = kind == TENON_GGUF_REAL && value.kind == TENON_GGUF_INTEGER;
  if (value.kind != kind && !widens) wrong(key, needed);
  return value;
}

std::optional<std::int64_t> gguf_reader::integer_if(const std::string& key) const {
  const auto value = find(key, TENON_GGUF_INTEGER, "is no whole number");
  return value ? std::optional(value->integer) : std::nullopt;
}

std::int64_t gguf_reader::integer(const std::string& key) const {
  const auto value = integer_if(key);
  if (!value) wrong(key, "is missing");
  return *value;
}

std::optional<double> gguf_reader::real_if(const std::string& key) const {
  const auto value = find(key, TENON_GGUF_REAL, "is no number");
  return value ? std::optional(value->real) : std::nullopt;
}

double gguf_reader::real(const std::string& key) const {
  const auto value = real_if(key);
  if (!value) wrong(key, "is missing");
  return *value;
}

std::optional<bool> gguf_reader::flag_if(const std::string& key) const {
  const auto value = find(key, TENON_GGUF_BOOL, "is neither true nor false");
  return value ? std::optional(value->integer != 0) : std::nullopt;
}

std::optional<std::string> gguf_reader::word_if(const std::string& key) const {
  const auto value = find(key, TENON_GGUF_TEXT, "is no text");
  return value ? std::optional(std::string(runtime::text_of(*value))) : std::nullopt;
}

std::string gguf_reader::word(const std::string& key) const {
  const auto value = word_if(key);
  if (!value) wrong(key, "is missing");
  return *value;
}

std::optional<std::vector<std::string>> gguf_reader::words_if(const std::string& key) const {
  const auto array = find(key, TENON_GGUF_ARRAY, "is no array");
  if (!array) return std::nullopt;
  std::vector<std::string> words;
  for (std::uint64_t i = 0; i < array->count; ++i) {
    const tenon_gguf_value item = file_.item(*array, i);
    if (item.kind != TENON_GGUF_TEXT) wrong(key, "is no array of texts");
    words.emplace_back(runtime::text_of(item));
  }
  return words;
}

std::optional<std::vector<std::int64_t>> gguf_reader::integers_if(const std::string& key) const {
  const auto array = find(key, TENON_GGUF_ARRAY, "is no array");
  if (!array) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (std::uint64_t i = 0; i < array->count; ++i) {
    const tenon_gguf_value item = file_.item(*array, i);
    if (item.kind != TENON_GGUF_INTEGER) wrong(key, "is no array of whole numbers");
    numbers.push_back(item.integer);
  }
  return numbers;
}

std::vector<gguf_tensor> gguf_reader::tensors() const {
  std::vector<gguf_tensor> all;
  for (std::size_t i = 0; i < file_.size(); ++i) {
    const tenon_named_tensor tensor = file_.tensor(i);
    all.push_back({i, tensor.name, file_.type(i), {tensor.shape, tensor.shape + tensor.rank}});
  }
  return all;
}

std::optional<gguf_tensor> gguf_reader::find_tensor(const std::string& name) const {
  for (gguf_tensor& each : tensors())
    if (each.name == name) return std::move(each);
  return std::nullopt;
}

std::vector<float> gguf_reader::values(const gguf_tensor& tensor, std::size_t count) const {
  std::vector<float> values(count);
  if (count > 0) check(file_.read(tensor.index, 0, values));
  return values;
}

}  // namespace tenon::samples
