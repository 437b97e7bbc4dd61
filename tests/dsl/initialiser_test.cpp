// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Initialisers: their values against the C library's square root, and the CRC against its standard.
#include <catch2/catch.hpp>
#include <cmath>
#include <tenon/tenon.hpp>

using namespace tenon;

TEST_CASE("the square root of constant expressions is std::sqrt's to one ulp") {
  for (double x : {0.0, 1e-300, 1e-9, 0.25, 0.5, 1.0, 2.0, 3.0, 768.0, 50257.0, 1e18, 1e300}) {
    const double root = std::sqrt(x);
    INFO(x);
    CHECK(detail::square_root(x) >= std::nextafter(root, 0.0));
    CHECK(detail::square_root(x) <= std::nextafter(root, 1e301));
  }
}

TEST_CASE("GPT-2's projections are drawn with 0.02 / sqrt(2 L)") {
  for (unsigned n_layer : {1u, 2u, 4u, 12u, 24u, 36u, 48u}) {
    const initialiser init = gpt2_scaled(n_layer);
    CHECK(init.kind == graph::init::scaled_normal);
    CHECK(init.value == Approx(0.02 / std::sqrt(2.0 * n_layer)).epsilon(1e-15));
  }
}

TEST_CASE("the named initialisers are those of their sources") {
  CHECK(gpt2_normal.kind == graph::init::normal);
  CHECK(gpt2_normal.value == 0.02);
  CHECK(torch_embedding.kind == graph::init::normal);
  CHECK(torch_embedding.value == 1.0);
  CHECK(torch_linear(768).kind == graph::init::uniform);
  CHECK(torch_linear(768).value == Approx(1 / std::sqrt(768.0)).epsilon(1e-15));
  CHECK(zeros.value == 0);
  CHECK(ones.kind == graph::init::ones);
}

TEST_CASE("the CRC is zlib's") {
  const char check[] = "123456789";  // the check value of the CRC catalogue
  CHECK(graph::crc32(check, 9) == 0xCBF43926u);
  CHECK(graph::crc32(check, 0) == 0u);
}
