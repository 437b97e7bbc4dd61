// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Decoders against transformers in float64: logits and greedy tokens, on every variant of this CPU.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "golden_models.hpp"

namespace {

using row = std::span<const float>;

std::ptrdiff_t argmax(row logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace

TEST_CASE("logits equal those of transformers", "[goldens]") {
  const auto& which = golden_models()[GENERATE(range(0, n_goldens))];
  for (const std::string& variant : runnable_variants(*which.model)) {
    INFO(which.model->name << " on " << variant);
    any_session session(which, variant, 2);
    const auto expected = golden<float>(which, "logits");
    const auto ids = golden<std::int32_t>(which, "input_ids");
    const auto n_vocab = static_cast<std::size_t>(session.n_vocab());
    REQUIRE(expected.size() == ids.size() * n_vocab);
    // The checkpoint's is one sequence, the others are batches of n_positions.
    const auto batch =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(ids.size()) / session.n_block());
    const auto found = session.forward(ids, batch);

    double greatest = 0, scale = 0;
    std::size_t n_argmax = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      greatest = std::max(greatest, std::abs(double{found[i]} - expected[i]));
      scale = std::max(scale, std::abs(double{expected[i]}));
      REQUIRE(std::isfinite(found[i]));
    }
    for (std::size_t r = 0; r < ids.size(); ++r)
      n_argmax += argmax(row(found).subspan(r * n_vocab, n_vocab)) ==
                  argmax(row(expected).subspan(r * n_vocab, n_vocab));
    REQUIRE(scale > 1);  // the goldens are not flat
    CHECK(greatest <= 1e-4 * scale);
    CHECK(n_argmax == ids.size());
  }
}

TEST_CASE("greedy tokens equal those of transformers", "[goldens]") {
  const auto& which = golden_models()[GENERATE(range(0, n_goldens))];
  for (const std::string& variant : runnable_variants(*which.model)) {
    INFO(which.model->name << " on " << variant);
    any_session session(which, variant, 2);
    const auto prompt = golden<std::int32_t>(which, "prompt");
    const auto expected = golden<std::int32_t>(which, "greedy");
    REQUIRE(expected.size() >= 20);
    ids_t found;
    auto logits = session.step(prompt, 1, 0);
    for (std::int64_t position = static_cast<std::int64_t>(prompt.size());; ++position) {
      found.push_back(static_cast<std::int32_t>(argmax(logits)));
      if (found.size() == expected.size()) break;
      logits = session.step({&found.back(), 1}, 1, position);
    }
    CHECK(found == expected);
  }
}
