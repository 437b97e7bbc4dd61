// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two models of one name in one program, each used by the file that includes its header.
#include <cmath>
#include <numbers>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "twin.hpp"

namespace rt = tenon::runtime;

TEST_CASE("two models of one name compute each its own result") {
  std::vector<float> table(11 * 16);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) / 22.0f - 4.0f;
  const std::vector<float> tanh = run_gelu_tanh(table), erf = run_gelu_erf(table);
  REQUIRE(tanh.size() == table.size());
  REQUIRE(erf.size() == table.size());
  double apart = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double x = table[i];
    const double by_erf = 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
    const double by_tanh = 0.5 * x * (1 + std::tanh(inner));
    CHECK(erf[i] == Approx(by_erf).margin(1e-6));
    CHECK(tanh[i] == Approx(by_tanh).margin(1e-6));
    apart = std::max(apart, std::abs(by_erf - by_tanh));
  }
  CHECK(apart > 1e-4);  // else the checks above could not tell them apart
}

TEST_CASE("both are on the list of the program's models") {
  std::set<std::uint64_t> found;
  for (const rt::model& each : rt::linked_models()) {
    CHECK(std::string(each.name()) == "twin");
    found.insert(each.raw().fingerprint);
  }
  CHECK(found == std::set{model_gelu_tanh().fingerprint, model_gelu_erf().fingerprint});
}

TEST_CASE("weights of one of them are refused by a session of the other, by fingerprint") {
  const tenon_model &one = model_gelu_tanh(), &other = model_gelu_erf();
  CHECK(std::string(one.name) == other.name);
  CHECK(one.fingerprint != other.fingerprint);
  const auto hexadecimal = [](std::uint64_t x) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(x));
    return std::string(text);
  };
  CHECK(std::string(rt::create_session(other, *rt::weights::random(one, 1)).message()) ==
        "the weights were loaded for model 'twin' (" + hexadecimal(one.fingerprint) +
            "), the session is for 'twin' (" + hexadecimal(other.fingerprint) +
            "); load weights for the session's model");
}
