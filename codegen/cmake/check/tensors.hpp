// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random tensors and their files for the check program: what it hands to `tenonc reference` and to
// the kernels alike.
#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tenon/runtime/files.hpp>

namespace check {

/// A 64-bit generator with a published sequence (Steele et al. 2014, SplitMix64).
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  float uniform(float bound) {  // in [-bound, bound)
    return bound * (static_cast<float>(next() >> 40) / static_cast<float>(1 << 23) - 1.0f);
  }
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(limit));
  }

 private:
  std::uint64_t state_;
};

/// A named tensor of f32 or i32 words, row-major.
struct tensor {
  std::string name;
  tenon_dtype dtype = TENON_F32;
  std::vector<std::int64_t> shape;
  std::vector<std::uint32_t> words;

  void set(std::size_t i, float value) { std::memcpy(&words[i], &value, sizeof value); }
  [[nodiscard]] float at(std::size_t i) const {
    float value;
    std::memcpy(&value, &words[i], sizeof value);
    return value;
  }
  void set(std::size_t i, std::int32_t value) { std::memcpy(&words[i], &value, sizeof value); }
};

/// Writes tensors in the safetensors format.
inline void write_file(const std::string& path, const std::vector<tensor>& tensors) {
  std::string header = "{";
  std::size_t offset = 0;
  for (const tensor& x : tensors) {
    header += (offset == 0 ? "\"" : ",\"") + x.name + "\":{\"dtype\":\"" +
              (x.dtype == TENON_I32 ? "I32" : "F32") + "\",\"shape\":[";
    for (std::size_t i = 0; i < x.shape.size(); ++i)
      header += (i == 0 ? "" : ",") + std::to_string(x.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += x.words.size() * sizeof(std::uint32_t);
    header += std::to_string(offset) + "]}";
  }
  header += "}";
  std::ofstream file(path, std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file << header;
  for (const tensor& x : tensors)
    file.write(reinterpret_cast<const char*>(x.words.data()),
               static_cast<std::streamsize>(x.words.size() * sizeof(std::uint32_t)));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

/// All tensors of a file of `tenonc reference` by name, in F64.
inline std::map<std::string, std::vector<double>> read_tensors(const std::string& path) {
  auto file = tenon::runtime::safetensors_file::open(path);
  if (!file) throw std::runtime_error(file.message());
  std::map<std::string, std::vector<double>> tensors;
  for (std::size_t i = 0; i < file->size(); ++i) {
    const tenon_named_tensor x = file->tensor(i);
    std::size_t count = 1;
    for (std::uint32_t axis = 0; axis < x.rank; ++axis)
      count *= static_cast<std::size_t>(x.shape[axis]);
    std::vector<double>& values = tensors[x.name];
    values.resize(count);
    const auto outcome = file->read(i, values.data(), count * sizeof(double));
    if (x.dtype != TENON_F64 || !outcome)
      throw std::runtime_error(std::string(x.name) + " of " + path + ": " +
                               (outcome ? "not F64" : outcome.message()));
  }
  return tensors;
}

/// What a file of `tenonc reference` holds: the entry's outputs one after the other, in F64.
struct reference_outputs {
  std::vector<double> values;
  bool holds_bf16;  // the model does: a parameter, a cache, or a value in between
};

inline reference_outputs read_outputs(const std::string& path, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  std::string header(file ? length : 0, ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  std::vector<double> values(count);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(count * sizeof(double)));
  if (!file || file.peek() != std::ifstream::traits_type::eof())
    throw std::runtime_error(path + " does not hold the " + std::to_string(count) +
                             " values of the entry's outputs in F64");
  return {std::move(values), header.find(R"("holds":"bf16")") != std::string::npos};
}

}  // namespace check
