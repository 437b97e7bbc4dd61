// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys of config.json; see config_reader.hpp.
#include "checkpoint/config_reader.hpp"

#include <utility>

#include <fmt/format.h>

#include "checkpoint/gguf_config.hpp"
#include "model_error.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

using nlohmann::json;

std::string refusals_of(const std::vector<config_key>& keys) {
  std::string all;
  for (const config_key& key : keys)
    if (!key.refusal.empty())
      all +=
          fmt::format("{}{} is {}: {}", all.empty() ? "" : "; ", key.name, key.value, key.refusal);
  return all;
}

config_reader::config_reader(const std::filesystem::path& model) : file_(config_file(model)) {
  std::error_code error;
  if (is_gguf(model)) {
    root_ = config_of_gguf(model);
    return;
  }
  if (!std::filesystem::is_directory(model, error))
    throw model_error(
        fmt::format("'{}' is not a directory; pass one with config.json, "
                    "model.safetensors and a tokenizer, or a .gguf file",
                    model.string()));
  root_ = read_json(file_);
  if (!root_.is_object()) fail_in(file_, "is not a JSON object; pass a Hugging Face directory");
}

std::int64_t config_reader::size(const char* key, std::int64_t fallback, std::int64_t most) {
  return checked_size(key, take(key, fallback), most);
}

std::int64_t config_reader::size_or_null(const char* key, std::int64_t if_null, std::int64_t most) {
  const json value = take(key, nullptr);
  return value.is_null() ? if_null : checked_size(key, value, most);
}

bool config_reader::flag(const char* key, bool fallback) {
  const json value = take(key, fallback);
  if (!value.is_boolean()) wrong(key, "needs true or false");
  return value.get<bool>();
}

double config_reader::fraction(const char* key, double fallback) {
  const json value = take(key, fallback);
  if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() < 1))
    wrong(key, "needs a number between 0 and 1");
  return value.get<double>();
}

double config_reader::positive(const char* key, double fallback) {
  const json value = take(key, fallback);
  if (!value.is_number() || !(value.get<double>() > 0)) wrong(key, "needs a number above 0");
  return value.get<double>();
}

std::string config_reader::word(const char* key, const char* fallback) {
  const json value = take(key, fallback);
  if (!value.is_string()) wrong(key, "needs a string");
  return value.get<std::string>();
}

void config_reader::demand(const char* key, const json& fallback,
                           std::initializer_list<json> honoured) {
  const json value = take(key, fallback);
  for (const json& each : honoured)
    if (value == each) return;
  refuse("this sample computes models with " + honoured.begin()->dump());
}

json config_reader::peek(const char* key) const {
  const auto found = root_.find(key);
  return found == root_.end() ? json() : *found;
}

config_reader::inside::inside(config_reader& reader, const char* object)
    : reader_(reader), prefix_(reader.prefix_) {
  json part = reader.peek(object);
  if (!part.is_object())
    fail_in(reader.file_, fmt::format("{} is {}, which needs an object", object,
                                      shown(part.dump(-1, ' ', true))));
  around_ = std::exchange(reader.root_, std::move(part));
  reader.prefix_ += std::string(object) + ".";
}

config_reader::inside::~inside() {
  reader_.root_ = std::move(around_);
  reader_.prefix_ = std::move(prefix_);
}

std::int64_t config_reader::checked_size(const char* key, const json& value,
                                         std::int64_t most) const {
  if (!value.is_number_integer() || value < 1 || value > most)
    wrong(key, fmt::format("needs a whole number of 1 to {}", most));
  return value.get<std::int64_t>();
}

json config_reader::take(const char* key, const json& fallback) {
  const auto found = root_.find(key);
  json value = found == root_.end() ? fallback : *found;
  // ASCII only, so that nothing in a file reaches a terminal as a control sequence.
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 60) + "...";
  keys_.push_back({prefix_ + key, std::move(text), ""});
  return value;
}

void config_reader::wrong(const char* key, const std::string& need) const {
  fail_in(file_, fmt::format("{}{} is {}, which {}", prefix_, key, keys_.back().value, need));
}

}  // namespace tenon::samples
