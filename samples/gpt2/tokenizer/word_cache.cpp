// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bounded memory of encoded words.
#include "tokenizer/word_cache.hpp"

namespace tenon::samples {
namespace {

constexpr std::size_t word_limit = 32768;  // words, some 4 MB of memory
constexpr std::size_t byte_limit = 64;     // of one word; longer ones hardly return

}  // namespace

bool word_cache::append(std::string_view word, std::vector<std::int32_t>& ids) const {
  const std::lock_guard lock(mutex_);
  const auto found = words_.find(word);
  if (found == words_.end()) return false;
  ids.insert(ids.end(), found->second.begin(), found->second.end());
  return true;
}

void word_cache::insert(std::string_view word, const std::vector<std::int32_t>& ids) {
  if (word.size() > byte_limit) return;
  const std::lock_guard lock(mutex_);
  if (words_.size() < word_limit) words_.emplace(word, ids);
}

}  // namespace tenon::samples
