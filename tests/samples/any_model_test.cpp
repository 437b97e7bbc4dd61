// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program any_model, which is linked with the models of the embedding sample and names none.
#include <catch2/catch.hpp>

#include "program.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::Matches;

TEST_CASE("the models that were linked are listed with dimensions, entries and tensors") {
  const outcome found = run_program(TENON_ANY_MODEL, {});
  CHECK(found.code == 0);
  CHECK_THAT(found.output, Contains("embedding\n  dimension batch: 1 to 64\n") &&
                               Contains("\nembedding_norm\n") &&
                               Contains("  entry forward\n    takes ids i32 (batch, seq)\n"
                                        "    gives x f32 (batch, seq, n_embd)\n"
                                        "    gives y f32 (batch, seq, n_embd)\n") &&
                               Contains("  tensor wte.weight: 154389504 bytes\n"));
}

TEST_CASE("any entry runs by its names") {
  const outcome found = run_program(TENON_ANY_MODEL, {"embedding_norm", "forward"});
  INFO(found.errors);
  CHECK(found.code == 0);
  // A table drawn with a deviation of 0.02, and rows of deviation 1.
  CHECK_THAT(found.output,
             Matches("x f32 \\(batch, seq, n_embd\\): 768 elements, of magnitude 0\\.02[0-9]+ in "
                     "the mean\n"
                     "y f32 \\(batch, seq, n_embd\\): 768 elements, of magnitude 0\\.[78][0-9]+ in "
                     "the mean\n"));
}

TEST_CASE("a name that is not there is told with the nearest and with those that are") {
  const auto refused = [](const char* model, const char* entry, const char* why) {
    const outcome found = run_program(TENON_ANY_MODEL, {model, entry});
    CHECK(found.code == 1);
    CHECK(found.output.empty());
    CHECK_THAT(found.errors, Contains(why));
  };
  refused("embeding", "forward",
          "the program has no model 'embeding'; is 'embedding' meant? it has: embedding");
  refused("embedding", "step", "model 'embedding' has no entry 'step'; it has: forward");
}
