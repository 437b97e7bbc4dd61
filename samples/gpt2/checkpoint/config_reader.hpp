// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the keys of a config.json that decide what is computed, and keeps a list of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace tenon::samples {

/// A key that decides what the model computes, as found or, if absent, as transformers assumes it.
struct config_key {
  std::string name, value;
  std::string refusal;  // why no program of this sample computes that; empty if it can
};

/// All refusals in one message; empty if there are none.
std::string refusals_of(const std::vector<config_key>& keys);

/// Throws tokenizer_error, naming the file, the key and its value, where a value is malformed.
class config_reader {
 public:
  /// config.json of a Hugging Face directory, or what it would be for a GGUF file.
  ///   Throws model_error or tokenizer_error if it is absent or malformed.
  explicit config_reader(const std::filesystem::path& model);

  /// `most`: what Configurations.cmake takes, too.
  std::int64_t size(const char* key, std::int64_t fallback, std::int64_t most);
  /// `if_null` for null or an absent key.
  std::int64_t size_or_null(const char* key, std::int64_t if_null, std::int64_t most);
  bool flag(const char* key, bool fallback);
  /// Above 0, below 1.
  double fraction(const char* key, double fallback);
  double positive(const char* key, double fallback);
  std::string word(const char* key, const char* fallback);
  /// A key that has to have one of these values.
  void demand(const char* key, const nlohmann::json& fallback,
              std::initializer_list<nlohmann::json> honoured);
  /// The last key that was read asks for what the sample does not compute.
  void refuse(std::string why) { keys_.back().refusal = std::move(why); }

  /// The value of a key without listing it; null if it is absent.
  nlohmann::json peek(const char* key) const;
  /// Reads the keys inside an object of the file until the other object is gone, listed as
  /// "<object>.<key>".
  class inside {
   public:
    inside(config_reader& reader, const char* object);
    ~inside();
    inside(const inside&) = delete;
    inside& operator=(const inside&) = delete;

   private:
    config_reader& reader_;
    nlohmann::json around_;
    std::string prefix_;
  };

  std::vector<config_key> keys() && { return std::move(keys_); }

 private:
  std::int64_t checked_size(const char* key, const nlohmann::json& value, std::int64_t most) const;
  nlohmann::json take(const char* key, const nlohmann::json& fallback);
  [[noreturn]] void wrong(const char* key, const std::string& need) const;

  std::filesystem::path file_;
  nlohmann::json root_;
  std::string prefix_;
  std::vector<config_key> keys_;
};

}  // namespace tenon::samples
