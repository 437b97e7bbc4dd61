// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A checkpoint of random values in a folder of its own, for timing how it is loaded.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace bench {

/// model.safetensors with the parameters of a generated header; the folder goes with the object.
class random_checkpoint {
 public:
  explicit random_checkpoint(const auto& parameters) {
    std::string folder = (std::filesystem::temp_directory_path() / "gpt2-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    path_ = folder;
    std::string header = "{";
    std::uint64_t end = 0;
    for (const auto& parameter : parameters)
      for (std::int64_t layer = 0; layer < std::max<std::int64_t>(parameter.layers, 1); ++layer) {
        std::uint64_t count = 1;
        std::string shape;
        for (std::size_t axis = 0; axis < parameter.rank; ++axis) {
          count *= static_cast<std::uint64_t>(parameter.shape[axis]);
          shape += (axis > 0 ? "," : "") + std::to_string(parameter.shape[axis]);
        }
        std::string name(parameter.name);
        if (const auto hole = name.find("{}"); hole != std::string::npos)
          name.replace(hole, 2, std::to_string(layer));
        header += (end > 0 ? ",\"" : "\"") + name + "\":{\"dtype\":\"F32\",\"shape\":[" + shape +
                  "],\"data_offsets\":[" + std::to_string(end) + "," +
                  std::to_string(end + 4 * count) + "]}";
        end += 4 * count;
      }
    header += "}";
    write(header, end / 4);
  }
  ~random_checkpoint() { std::filesystem::remove_all(path_); }
  random_checkpoint(const random_checkpoint&) = delete;
  random_checkpoint& operator=(const random_checkpoint&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  void write(const std::string& header, std::uint64_t count) const {
    std::ofstream file(path_ / "model.safetensors", std::ios::binary);
    const std::uint64_t length = header.size();
    unsigned char raw[8];
    for (int i = 0; i < 8; ++i) raw[i] = static_cast<unsigned char>(length >> (8 * i));
    file.write(reinterpret_cast<const char*>(raw), sizeof raw) << header;
    std::mt19937 random(1);
    std::vector<float> values(std::size_t{1} << 20);
    for (float& value : values) value = 0.02f * (float(random()) * 0x1p-31f - 1.0f);
    for (std::uint64_t done = 0; done < count; done += values.size()) {
      const std::uint64_t n = std::min<std::uint64_t>(values.size(), count - done);
      file.write(reinterpret_cast<const char*>(values.data()), std::streamsize(n * sizeof(float)));
    }
    if (!file.flush()) {
      std::fprintf(stderr, "error: '%s' cannot be written; is there room for %llu bytes?\n",
                   path_.c_str(), static_cast<unsigned long long>(4 * count));
      std::exit(1);
    }
  }

  std::filesystem::path path_;
};

}  // namespace bench
