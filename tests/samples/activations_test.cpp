// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Activations of samples/gpt2 against transformers' functions of the same names.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/files.hpp>
#include <tenon/runtime/session.hpp>

#include "activations.hpp"

namespace rt = tenon::runtime;

namespace {

constexpr std::size_t n_values = 101;
const std::string folder = TENON_SOURCE_DIR "/tests/goldens/activations";

std::map<std::string, std::vector<float>> expected_values() {
  const auto file = rt::safetensors_file::open(folder + "/golden.safetensors");
  INFO(file.message());
  REQUIRE(file);
  std::map<std::string, std::vector<float>> all;
  for (std::size_t i = 0; i < file->size(); ++i) {
    std::vector<float>& values = all[file->tensor(i).name];
    values.resize(n_values);
    REQUIRE(file->read(i, values.data(), n_values * sizeof(float)));
  }
  return all;
}

}  // namespace

TEST_CASE("each activation is transformers' of that name", "[activations]") {
  const auto expected = expected_values();
  REQUIRE(expected.size() == std::size(activation_names));
  const auto model = rt::find_model("activation_values");
  REQUIRE(model);
  const auto weights = rt::weights::load(*model, folder.c_str());
  INFO(weights.message());
  REQUIRE(weights);
  auto session = rt::create_session(*model, *weights);
  REQUIRE(session);
  auto call = *session->bind("forward");
  auto ids = *rt::buffer<std::int32_t>::create(n_values);
  std::iota(ids.begin(), ids.end(), 0);
  const std::int64_t sizes[] = {1, n_values}, output_sizes[] = {1, n_values, 1};
  call.input("ids")->set({ids.data(), n_values, TENON_I32, 2, sizes});
  std::map<std::string, rt::buffer<float>> found;
  for (const char* name : activation_names) {
    auto& values = found.emplace(name, *rt::buffer<float>::create(n_values)).first->second;
    call.output(name)->set({values.data(), n_values, TENON_F32, 3, output_sizes});
  }
  const rt::status ran = call.run();
  INFO(ran.message());
  REQUIRE(ran);
  for (const auto& [name, values] : expected) {
    REQUIRE(found.contains(name));
    const auto* const ours = found.at(name).data();
    for (std::size_t i = 0; i < n_values; ++i) {
      INFO(name << " of value " << i);
      CHECK(std::abs(ours[i] - values[i]) <= 1e-6f * std::max(1.0f, std::abs(values[i])));
    }
  }
}
