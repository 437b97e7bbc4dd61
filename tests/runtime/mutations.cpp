// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A few thousand damaged checkpoints, the same ones in each run: every one loads or is refused.
#include <algorithm>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "fixture/scratch.hpp"
#include "fuzz_checkpoint.hpp"

namespace {

tenon_status load(const std::string& bytes) {
  return load_bytes(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// Tokens that the header's grammar cares about.
const std::string pieces[] = {"{",
                              "}",
                              "[",
                              "]",
                              ",",
                              ":",
                              "\"",
                              "\\",
                              "\\u0000",
                              "\\ud800",
                              "0",
                              "-1",
                              "1e9",
                              "99999999999999999999",
                              "null",
                              "F32",
                              "BF16",
                              "F16",
                              "I32",
                              "wte.weight",
                              "transformer.",
                              "shape",
                              "data_offsets",
                              "__metadata__",
                              " ",
                              "\n",
                              "\xff"};

template <class Engine>
std::string mutate(std::string bytes, Engine& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  // Most changes fall into the length and the header, which is where the rules are.
  const std::size_t interesting = std::min<std::size_t>(bytes.size(), 700);
  for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
    const std::size_t at = below(interesting);
    const std::string& piece = pieces[below(std::size(pieces))];
    switch (below(7)) {
      case 0:
        bytes[at % bytes.size()] = static_cast<char>(random());
        break;
      case 1:
        bytes[at % bytes.size()] ^= static_cast<char>(1u << below(8));
        break;
      case 2:
        bytes.insert(at % bytes.size(), piece);
        break;
      case 3:
        bytes.replace(at % bytes.size(), piece.size(), piece);
        break;
      case 4:
        bytes.erase(at % bytes.size(), 1 + below(20));
        break;
      case 5:
        bytes.resize(1 + below(bytes.size()));
        break;
      default:
        bytes.insert(at % bytes.size(), bytes.substr(below(bytes.size()), 1 + below(60)));
    }
    if (bytes.empty()) bytes = "x";
  }
  return bytes;
}

}  // namespace

TEST_CASE("damaged checkpoints load or are refused with a reason") {
  const std::string good = safetensors::file(safetensors::toy());
  REQUIRE(load(good).code == TENON_OK);
  std::mt19937 random(20240701);  // its sequence is fixed by the standard
  std::map<int, int> outcomes;
  for (int i = 0; i < 4000; ++i) {
    const tenon_status status = load(mutate(good, random));
    outcomes[status.code] += 1;
  }
  // The mutations reach every outcome: they would be idle otherwise.
  CHECK(outcomes[TENON_OK] > 50);
  CHECK(outcomes[TENON_BAD_FILE] > 1000);
  CHECK(outcomes[TENON_INCOMPATIBLE] > 10);
  CHECK(outcomes.size() == 3);
}

TEST_CASE("a checkpoint cut anywhere is refused") {
  const std::string good = safetensors::file(safetensors::toy());
  for (std::size_t length = 0; length < good.size(); ++length)
    if (load(good.substr(0, length)).code != TENON_BAD_FILE)
      FAIL("loaded with " << length << " bytes");
  CHECK(load(good + "x").code == TENON_BAD_FILE);
}
