// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NaN and infinities in parameters and inputs: what the reference says of each element, finite,
// infinite or NaN, the kernels say too. Nothing is hidden, nothing spreads to rows that do not see
// it.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "check/tensors.hpp"
#include "driver.hpp"
#include "embeddings.tenon.h"
#include "gpt_d33.tenon.h"
#include "gpt_d5.tenon.h"
#include "linear_widths.tenon.h"
#include "losses.tenon.h"
#include "norms.tenon.h"
#include "pointwise.tenon.h"
#include "tied_heads.tenon.h"

namespace {

using namespace driver;

/// `tenonc reference` on files in a folder of its own.
std::vector<double> reference(const tenon_model& model, const char* object, std::uint32_t index,
                              const parameters& given, const std::vector<std::int64_t>& sizes,
                              const std::vector<words>& inputs) {
  const tenon_entry& entry = model.entries[index];
  const std::string folder = "nonfinite." + std::string(model.name);
  std::filesystem::create_directories(folder);
  std::vector<check::tensor> tensors;
  for (const auto& [name, x] : given.tensors) {
    tensors.push_back({name, TENON_F32, x.shape, {}});
    for (const float element : x.values) tensors.back().words.push_back(bits(element));
  }
  check::write_file(folder + "/params.safetensors", tensors);
  tensors.clear();
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    const tenon_tensor& type = entry.inputs[i];
    tensors.push_back({type.name, static_cast<tenon_dtype>(type.dtype), {}, inputs[i]});
    for (std::uint32_t d = 0; d < type.rank; ++d)
      tensors.back().shape.push_back(sizes[type.dims[d]]);
  }
  check::write_file(folder + "/inputs.safetensors", tensors);
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) count += count_of(entry.outputs[i], sizes);
  const std::string command = std::string("'" TENON_TEST_TENONC "' reference '") + object +
                              "' --model " + model.name + " --entry " + entry.name + " --params '" +
                              folder + "/params.safetensors' --inputs '" + folder +
                              "/inputs.safetensors' --output '" + folder + "/outputs.safetensors'";
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
  auto values = check::read_outputs(folder + "/outputs.safetensors", count).values;
  std::filesystem::remove_all(folder);
  return values;
}

bool agree(double want, float got) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return std::isinf(got) && std::signbit(want) == std::signbit(got);
  return std::isfinite(got) &&
         std::abs(want - static_cast<double>(got)) <= 1e-3 * (1 + std::abs(want));
}

/// One element of one parameter or float input is `special`.
void check_with(const tenon_model& model, const char* object, const char* name, float special) {
  const std::uint32_t index = entry_of(model, model.entries[0].name);
  const auto sizes = sizes_of(model, 2, 5);
  std::mt19937 random(8);
  auto given = random_parameters(model);
  std::vector<words> inputs;
  bool placed = false;
  for (std::uint32_t i = 0; i < model.entries[index].n_inputs; ++i) {
    const tenon_tensor& type = model.entries[index].inputs[i];
    words& input = inputs.emplace_back();
    while (input.size() < count_of(type, sizes))
      input.push_back(type.dtype == TENON_F32
                          ? bits(static_cast<float>(random() % 1000) / 500.0f - 1.0f)
                          : random() % static_cast<std::uint32_t>(type.limit));
    if (type.name == std::string(name)) {
      input[input.size() / 2] = bits(special);
      placed = true;
    }
  }
  if (const auto found = given.tensors.find(name); found != given.tensors.end()) {
    found->second.values[found->second.values.size() / 2] = special;
    placed = true;
  }
  REQUIRE(placed);
  const auto want = reference(model, object, index, given, sizes, inputs);
  REQUIRE(!std::all_of(want.begin(), want.end(), [](double x) { return std::isfinite(x); }));
  for (const std::string& variant : variants_of(model)) {
    auto session = open_session(model, given.pack(model, variant), variant, 2);
    std::size_t at = 0, output = 0;
    for (const words& results : call(session, model, index, sizes, inputs)) {
      for (std::size_t i = 0; i < results.size(); ++i, ++at) {
        CAPTURE(model.name, name, special, variant, model.entries[index].outputs[output].name, i,
                want[at], value(results[i]));
        REQUIRE(agree(want[at], value(results[i])));
      }
      ++output;
    }
  }
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a product with NaN or infinity is what the reference says") {
  for (const float special : {not_a_number, infinity, -infinity})
    for (const char* name : {"x", "n9.weight", "n65.weight", "n65.bias", "n257.weight"})
      check_with(tenon_model_linear_widths, TENON_TEST_LINEAR, name, special);
  for (const float special : {not_a_number, infinity, -infinity})
    for (const char* name : {"e", "v1021", "v65"})
      check_with(tenon_model_tied_heads, TENON_TEST_LINEAR, name, special);
}

TEST_CASE("rows with NaN or infinity are what the reference says") {
  for (const float special : {not_a_number, infinity, -infinity}) {
    for (const char* name : {"a", "d", "h", "c17.weight", "c63.bias"})
      check_with(tenon_model_norms, TENON_TEST_ROWS, name, special);
    for (const char* name : {"a", "b", "c", "q", "r", "row65"})
      check_with(tenon_model_pointwise, TENON_TEST_ROWS, name, special);
    for (const char* name : {"kinds", "norm.weight"})
      check_with(tenon_model_embeddings, TENON_TEST_ROWS, name, special);
  }
}

TEST_CASE("a loss with NaN or infinity is what the reference says") {
  for (const float special : {not_a_number, infinity})
    for (const char* name : {"b", "c", "d"})
      check_with(tenon_model_losses, TENON_TEST_LOSSES, name, special);
}

TEST_CASE("a GPT with NaN in a parameter is what the reference says") {
  for (const char* name :
       {"h.0.ln_1.weight", "h.0.attn.c_attn.weight", "h.0.mlp.c_fc.weight", "ln_f.weight"}) {
    check_with(tenon_model_gpt_d5, TENON_TEST_GPT_D5, name, not_a_number);
    check_with(tenon_model_gpt_d33, TENON_TEST_GPT_D33, name, not_a_number);
  }
}

TEST_CASE("the mean over ignored targets alone is what the reference says") {
  const tenon_model& model = tenon_model_losses;
  const auto sizes = sizes_of(model, 2, 5);
  const auto given = random_parameters(model);
  std::vector<words> inputs;
  for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i) {
    const tenon_tensor& type = model.entries[0].inputs[i];
    const auto element =
        type.dtype == TENON_F32 ? bits(0.5f) : static_cast<std::uint32_t>(type.ignored);
    inputs.emplace_back(count_of(type, sizes), element);
  }
  const auto want = reference(model, TENON_TEST_LOSSES, 0, given, sizes, inputs);
  for (const std::string& variant : variants_of(model)) {
    auto session = open_session(model, given.pack(model, variant), variant, 2);
    const auto got = call(session, model, 0, sizes, inputs);
    for (std::size_t i = 0; i < want.size(); ++i) {
      CAPTURE(variant, i, want[i], value(got[i][0]));
      CHECK(agree(want[i], value(got[i][0])));
    }
  }
}
