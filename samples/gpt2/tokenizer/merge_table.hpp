// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The merges of byte-pair encoding and their application to one word.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tokenizer/definition.hpp"

namespace tenon::samples {

class merge_table {
 public:
  explicit merge_table(const std::vector<merge_rule>& rules);

  /// Merges neighbours until no rule applies: the lowest rank first, of equal ones the leftmost.
  ///   word (ids of its bytes) -> ids of its tokens, in place; O(n log n) in its length.
  void apply(std::vector<std::int32_t>& word) const;

 private:
  struct outcome {
    std::int32_t rank, result;
  };
  std::optional<outcome> find(std::int32_t left, std::int32_t right) const;

  std::unordered_map<std::uint64_t, outcome> by_pair_;
};

}  // namespace tenon::samples
