// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Goldens of sentence encoders, and what a program printed of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>
#include <tenon/runtime/model.hpp>

namespace rt = tenon::runtime;
using path = std::filesystem::path;
using floats = std::vector<float>;
using ids_t = std::vector<std::int32_t>;

inline const path goldens = path(TENON_SOURCE_DIR) / "tests" / "goldens";

/// One tensor of golden.safetensors; T is its element type.
template <class T>
std::vector<T> golden(const path& folder, const std::string& name) {
  const auto file = rt::safetensors_file::open((folder / "golden.safetensors").string());
  INFO(file.message());
  REQUIRE(file);
  for (std::size_t i = 0; i < file->size(); ++i) {
    const tenon_named_tensor tensor = file->tensor(i);
    if (tensor.name != name) continue;
    std::vector<T> values(rt::bytes_of(tensor) / sizeof(T));
    REQUIRE(!values.empty());
    REQUIRE(file->read(i, values.data(), values.size() * sizeof(T)));
    return values;
  }
  FAIL("no golden " << name);
  return {};
}

inline std::vector<std::string> sentences_of(const path& folder) {
  std::ifstream file(folder / "text.json");
  return nlohmann::json::parse(file)["sentences"].get<std::vector<std::string>>();
}

/// The greatest difference of two lists of finite numbers.
inline double difference(const floats& found, const floats& expected) {
  REQUIRE(found.size() == expected.size());
  double greatest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(std::isfinite(found[i]));
    greatest = std::max(greatest, std::abs(double{found[i]} - expected[i]));
  }
  return greatest;
}

inline floats numbers_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<float>(stream), std::istream_iterator<float>()};
}
