// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Remembers the tokens of the words met first: text repeats its words.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/definition.hpp"

namespace tenon::samples {

/// Thread-safe. Bounded: it takes no more words once it is full, and no long ones.
class word_cache {
 public:
  /// Appends the tokens of `word` if they are known.
  bool append(std::string_view word, std::vector<std::int32_t>& ids) const;

  void insert(std::string_view word, const std::vector<std::int32_t>& ids);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::vector<std::int32_t>, string_hash, std::equal_to<>> words_;
};

}  // namespace tenon::samples
