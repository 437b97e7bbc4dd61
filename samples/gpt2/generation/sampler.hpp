// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Chooses the next token from the logits.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace tenon::samples {

struct sampling {
  double temperature = 0;  // 0: always the most probable token
  std::int32_t top_k = 0;  // keep so many; 0: all
  double top_p = 1;        // then keep the fewest that have this share of the probability
  std::uint64_t seed = 0;  // equal seeds give equal tokens
};

class sampler {
 public:
  /// `vocabulary`: ids from there on (padding of the table) are never chosen, nor are those of
  /// `never`, which are below it.
  ///   Throws model_error if an option is out of its range.
  sampler(const sampling& how, std::int32_t vocabulary, std::span<const std::int32_t> never = {});

  /// One token of 0..vocabulary-1; of equally probable ones the lowest comes first.
  ///   logits: V >= vocabulary. Throws model_error if they are not numbers.
  std::int32_t choose(std::span<const float> logits);

 private:
  struct candidate {
    std::int32_t id;
    double weight;  // exp((logit - greatest) / temperature)
  };
  std::int32_t most_probable(std::span<const float> logits) const;
  void keep_top_k();
  void keep_top_p();
  double uniform();

  sampling how_;
  std::vector<std::int32_t> ids_;  // that may be chosen, ascending
  std::mt19937_64 random_;
  std::vector<candidate> candidates_;  // no allocation after the first token
};

}  // namespace tenon::samples
