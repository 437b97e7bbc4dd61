// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Matrix products of small whole numbers: every one is exact in bf16 and every sum in f32, so every
// variant must give the very numbers, with weights of both, for each count of rows around the
// register tiles and each thread. Products of random numbers are within the bound that any order of
// summation has.
#include <cmath>

#include "driver.hpp"
#include "linear_depths.tenon.h"
#include "linear_depths_bf16.tenon.h"
#include "linear_rows.tenon.h"
#include "linear_rows_bf16.tenon.h"
#include "linear_widths.tenon.h"
#include "linear_widths_bf16.tenon.h"
#include "tied_heads.tenon.h"
#include "tied_heads_bf16.tenon.h"

namespace {

using namespace driver;

/// Which input an output is made from, and its parameters.
struct product {
  const char* weight;
  const char* bias;  // or null
  std::uint32_t input;
};

words whole_numbers(std::size_t count, std::mt19937& random) {
  words result;
  while (result.size() < count) result.push_back(bits(static_cast<float>(random() % 17) - 8.0f));
  return result;
}

parameters whole_parameters(const tenon_model& model, std::mt19937& random) {
  return parameters(model, [&](const auto&) { return static_cast<float>(random() % 17) - 8.0f; });
}

/// x W + b in integers, the weight (K, N), or (N, K) where transposed.
words expected(const words& x, const parameters& given, const product& how, bool transposed) {
  const auto& weight = given.tensors.at(how.weight);
  const auto k = static_cast<std::size_t>(weight.shape[transposed ? 1 : 0]);
  const auto n = static_cast<std::size_t>(weight.shape[transposed ? 0 : 1]);
  words result;
  for (std::size_t row = 0; row < x.size() / k; ++row)
    for (std::size_t j = 0; j < n; ++j) {
      std::int64_t sum =
          how.bias ? static_cast<std::int64_t>(given.tensors.at(how.bias).values[j]) : 0;
      for (std::size_t i = 0; i < k; ++i)
        sum += static_cast<std::int64_t>(value(x[row * k + i])) *
               static_cast<std::int64_t>(weight.values[transposed ? j * k + i : i * n + j]);
      result.push_back(bits(static_cast<float>(sum)));
    }
  return result;
}

/// One call with whole numbers.
template <class Session>
void check_call(Session& session, const tenon_model& model, const std::vector<std::int64_t>& sizes,
                std::mt19937& random, const parameters& given, const std::vector<product>& products,
                bool transposed) {
  std::vector<words> inputs;
  for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i)
    inputs.push_back(whole_numbers(count_of(model.entries[0].inputs[i], sizes), random));
  const auto got = call(session, model, 0, sizes, inputs);
  for (std::size_t i = 0; i < products.size(); ++i) {
    CAPTURE(model.name, products[i].weight);
    REQUIRE(got[i] == expected(inputs[products[i].input], given, products[i], transposed));
  }
}

/// Every count of rows past two of the highest tiles (14); all 33 tokens of three sequences once.
void check(const tenon_model& model, const std::vector<product>& products, bool transposed) {
  REQUIRE(model.entries[0].n_outputs == products.size());
  std::mt19937 random(1);
  const parameters given = whole_parameters(model, random);
  for (const std::string& variant : variants_of(model)) {
    const auto weights = given.pack(model, variant);
    for (const int threads : {1, 2, 3, 8}) {
      auto session = open_session(model, weights, variant, threads);
      for (std::int64_t rows = 1; rows <= 30; rows += threads % 2 ? 1 : 5) {
        const auto sizes = rows < 30 ? sizes_of(model, 1, rows) : sizes_of(model, 3, 33);
        CAPTURE(variant, threads, rows);
        check_call(session, model, sizes, random, given, products, transposed);
      }
    }
  }
}

tenon_dtype dtype_of(const tenon_model& model, const std::string& param) {
  for (std::uint32_t p = 0; p < model.n_params; ++p)
    if (model.params[p].tensor.name == param)
      return static_cast<tenon_dtype>(model.params[p].tensor.dtype);
  FAIL(model.name << " has no parameter " << param);
  return TENON_F32;
}

/// The largest |y - (x W + b)| over its bound: gamma_n (|x| |W| + |b|), where n counts the
/// roundings of a term: of its product and of K sums and one bias (Higham 2002, eq. 3.3). Products
/// with weights in bf16 round x to bf16 first.
double share_of_bound(const words& x, const words& y, const parameters& given, const product& how,
                      bool transposed, bool narrow) {
  const auto kept = [&](float element) {
    return static_cast<double>(narrow ? as_bf16(element) : element);
  };
  const auto& weight = given.tensors.at(how.weight);
  const auto k = static_cast<std::size_t>(weight.shape[transposed ? 1 : 0]);
  const auto n = static_cast<std::size_t>(weight.shape[transposed ? 0 : 1]);
  const double roundings = static_cast<double>(k + 2) * 0x1p-24;
  const double gamma = roundings / (1 - roundings);
  double largest = 0;
  for (std::size_t row = 0; row < x.size() / k; ++row)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = how.bias ? static_cast<double>(given.tensors.at(how.bias).values[j]) : 0;
      double sizes = std::abs(sum);
      for (std::size_t i = 0; i < k; ++i) {
        const double term =
            kept(value(x[row * k + i])) * kept(weight.values[transposed ? j * k + i : i * n + j]);
        sum += term;
        sizes += std::abs(term);
      }
      const double error = std::abs(static_cast<double>(value(y[row * n + j])) - sum);
      largest = std::max(largest, error / (gamma * sizes));
    }
  return largest;
}

void check_bound(const tenon_model& model, const std::vector<product>& products, bool transposed) {
  const auto given = random_parameters(model);
  std::mt19937 random(2);
  std::normal_distribution<float> draw;
  for (const std::string& variant : variants_of(model)) {
    auto session = open_session(model, given.pack(model, variant), variant, 2);
    for (const std::int64_t rows : {1, 7, 29}) {
      const auto sizes = sizes_of(model, 1, rows);
      std::vector<words> inputs(model.entries[0].n_inputs);
      for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i)
        while (inputs[i].size() < count_of(model.entries[0].inputs[i], sizes))
          inputs[i].push_back(bits(draw(random)));
      const auto got = call(session, model, 0, sizes, inputs);
      double largest = 0;
      for (std::size_t i = 0; i < products.size(); ++i) {
        const product& how = products[i];
        const bool narrow = dtype_of(model, how.weight) == TENON_BF16;
        const double share =
            share_of_bound(inputs[how.input], got[i], given, how, transposed, narrow);
        CAPTURE(model.name, variant, rows, how.weight, share);
        REQUIRE(share <= 1);
        largest = std::max(largest, share);
      }
      CHECK(largest > 1e-3);  // sums of random numbers are not exact: this would compare nothing
    }
  }
}

const std::vector<product> widths = {
    {"n1.weight", "n1.bias", 0},   {"n3.weight", nullptr, 0},     {"n7.weight", "n7.bias", 0},
    {"n8.weight", nullptr, 0},     {"n9.weight", nullptr, 0},     {"n16.weight", "n16.bias", 0},
    {"n17.weight", "n17.bias", 0}, {"n33.weight", nullptr, 0},    {"n63.weight", nullptr, 0},
    {"n64.weight", "n64.bias", 0}, {"n65.weight", "n65.bias", 0}, {"n129.weight", nullptr, 0},
    {"n257.weight", nullptr, 0}};
const std::vector<product> depths = {{"k1.weight", "k1.bias", 0},
                                     {"k5.weight", nullptr, 1},
                                     {"k64.weight", "k64.bias", 2},
                                     {"k257.weight", nullptr, 3},
                                     {"k1021.weight", "k1021.bias", 4}};
const std::vector<product> tables = {
    {"v1.weight", nullptr, 0}, {"v257", nullptr, 0}, {"v2", nullptr, 1},
    {"v11", nullptr, 2},       {"v7", nullptr, 3},   {"v1021", nullptr, 4},
    {"v65", nullptr, 5},       {"v3", nullptr, 6},   {"v5", nullptr, 7}};

}  // namespace

TEST_CASE("products of whole numbers are exact in every width") {
  for (const tenon_model* model : {&tenon_model_linear_widths, &tenon_model_linear_widths_bf16})
    check(*model, widths, false);
}

TEST_CASE("products of whole numbers are exact in every depth") {
  for (const tenon_model* model : {&tenon_model_linear_depths, &tenon_model_linear_depths_bf16})
    check(*model, depths, false);
}

TEST_CASE("products of so many rows that they go in blocks are exact") {
  const std::vector<product> products = {{"k257.weight", "k257.bias", 0},
                                         {"k1021.weight", nullptr, 1}};
  for (const tenon_model* model : {&tenon_model_linear_rows, &tenon_model_linear_rows_bf16}) {
    std::mt19937 random(1);
    const parameters given = whole_parameters(*model, random);
    for (const std::string& variant : variants_of(*model)) {
      const auto weights = given.pack(*model, variant);
      auto session = open_session(*model, weights, variant, 3);
      for (const std::int64_t rows : {1027, 1028, 2055, 4080, 4081, 4500}) {
        CAPTURE(variant, rows);
        check_call(session, *model, sizes_of(*model, 1, rows, "many"), random, given, products,
                   false);
      }
    }
  }
}

TEST_CASE("products with a table of whole numbers are exact in every width") {
  for (const tenon_model* model : {&tenon_model_tied_heads, &tenon_model_tied_heads_bf16})
    check(*model, tables, true);
}

TEST_CASE("products of random numbers are within the bound of their roundings") {
  for (const tenon_model* model : {&tenon_model_linear_widths, &tenon_model_linear_widths_bf16})
    check_bound(*model, widths, false);
  for (const tenon_model* model : {&tenon_model_linear_depths, &tenon_model_linear_depths_bf16})
    check_bound(*model, depths, false);
  for (const tenon_model* model : {&tenon_model_tied_heads, &tenon_model_tied_heads_bf16})
    check_bound(*model, tables, true);
}
