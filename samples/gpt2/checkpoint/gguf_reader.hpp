// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads keys and tensors of a GGUF file, with errors that name file, key and value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tenon/runtime/gguf.hpp>

namespace tenon::samples {

struct gguf_tensor {
  std::size_t index;
  std::string name, type;
  std::vector<std::int64_t> shape;

  [[nodiscard]] std::size_t count() const;
};

/// Each throws model_error where a value is of another kind; without `_if` also where it is absent.
class gguf_reader {
 public:
  explicit gguf_reader(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] std::int64_t integer(const std::string& key) const;
  [[nodiscard]] std::optional<std::int64_t> integer_if(const std::string& key) const;
  [[nodiscard]] double real(const std::string& key) const;
  [[nodiscard]] std::optional<double> real_if(const std::string& key) const;
  [[nodiscard]] std::optional<bool> flag_if(const std::string& key) const;
  [[nodiscard]] std::string word(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> word_if(const std::string& key) const;
  [[nodiscard]] std::optional<std::vector<std::string>> words_if(const std::string& key) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers_if(const std::string& key) const;

  [[nodiscard]] std::vector<gguf_tensor> tensors() const;
  [[nodiscard]] std::optional<gguf_tensor> find_tensor(const std::string& name) const;
  /// Its first `count` values.
  [[nodiscard]] std::vector<float> values(const gguf_tensor& tensor, std::size_t count) const;

 private:
  [[noreturn]] void wrong(const std::string& key, const char* needed) const;
  /// The value of a key, of a kind; none where it is absent.
  [[nodiscard]] std::optional<tenon_gguf_value> find(const std::string& key, std::uint32_t kind,
                                                     const char* needed) const;

  std::filesystem::path path_;
  runtime::gguf_file file_;
};

}  // namespace tenon::samples
