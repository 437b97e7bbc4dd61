// Matrix products of small whole numbers: every one is exact in bf16 and every sum in f32, so every
// variant must give the very numbers, with weights of both, for each count of rows around the
// register tiles and each thread.
#include "driver.hpp"

extern "C" const tenon_model tenon_model_linear_widths, tenon_model_linear_depths,
    tenon_model_tied_heads, tenon_model_linear_widths_bf16, tenon_model_linear_depths_bf16,
    tenon_model_tied_heads_bf16;

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

void check(const tenon_model& model, const std::vector<product>& products, bool transposed) {
  REQUIRE(model.entries[0].n_outputs == products.size());
  std::mt19937 random(1);
  const parameters given(model,
                         [&](const auto&) { return static_cast<float>(random() % 17) - 8.0f; });
  for (const std::string& variant : variants_of(model)) {
    const auto weights = given.pack(model, variant);
    for (const int threads : {1, 3}) {
      auto session = open_session(model, weights, variant, threads);
      for (std::int64_t rows = 1; rows <= 27; ++rows) {
        const auto sizes = sizes_of(model, 1, rows);
        std::vector<words> inputs;
        for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i)
          inputs.push_back(whole_numbers(count_of(model.entries[0].inputs[i], sizes), random));
        const auto got = call(session, model, 0, sizes, inputs);
        for (std::size_t i = 0; i < products.size(); ++i) {
          CAPTURE(model.name, variant, threads, rows, products[i].weight);
          REQUIRE(got[i] == expected(inputs[products[i].input], given, products[i], transposed));
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("products of whole numbers are exact in every width") {
  for (const tenon_model* model : {&tenon_model_linear_widths, &tenon_model_linear_widths_bf16})
    check(*model,
          {{"n1.weight", "n1.bias", 0},
           {"n3.weight", nullptr, 0},
           {"n7.weight", "n7.bias", 0},
           {"n8.weight", nullptr, 0},
           {"n9.weight", nullptr, 0},
           {"n16.weight", "n16.bias", 0},
           {"n17.weight", "n17.bias", 0},
           {"n63.weight", nullptr, 0},
           {"n65.weight", "n65.bias", 0},
           {"n257.weight", nullptr, 0}},
          false);
}

TEST_CASE("products of whole numbers are exact in every depth") {
  for (const tenon_model* model : {&tenon_model_linear_depths, &tenon_model_linear_depths_bf16})
    check(*model,
          {{"k1.weight", "k1.bias", 0},
           {"k5.weight", nullptr, 1},
           {"k64.weight", "k64.bias", 2},
           {"k257.weight", nullptr, 3}},
          false);
}

TEST_CASE("products with a table of whole numbers are exact in every width") {
  for (const tenon_model* model : {&tenon_model_tied_heads, &tenon_model_tied_heads_bf16})
    check(*model,
          {{"v1", nullptr, 0},
           {"v257", nullptr, 0},
           {"v2", nullptr, 1},
           {"v11", nullptr, 2},
           {"v7", nullptr, 3},
           {"v1021", nullptr, 4},
           {"v65", nullptr, 5}},
          true);
}
