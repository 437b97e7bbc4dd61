// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check that results in f32 have the same bits on every CPU with multiply-add, and a number
// that stands for all of them, to be compared between machines.
#pragma once
#include <bit>
#include <cinttypes>
#include <map>

#include "training.hpp"

namespace check {

/// x86-64-v2 has no multiply-add in one rounding.
inline bool has_portable_bits(const tenon_variant& variant) {
  return variant.cpu != TENON_CPU_X86_64_V2;
}

class portable_bits {
 public:
  /// Of a case: what the first variant gives, every other one must give.
  void expect(const std::string& what, const char* variant, std::span<const float> outputs) {
    std::vector<std::uint32_t> words;
    for (float x : outputs) words.push_back(std::bit_cast<std::uint32_t>(x));
    expect(what, variant, std::move(words));
  }
  void expect(const std::string& what, const char* variant, const training_result& result) {
    std::vector<std::uint32_t> words;
    for (float x : result.outputs) words.push_back(std::bit_cast<std::uint32_t>(x));
    for (const auto& tensors : result.state)
      for (const tensor& x : tensors) words.insert(words.end(), x.words.begin(), x.words.end());
    expect(what, variant, std::move(words));
  }

  /// FNV-1a of all of them; nothing where there are none.
  void print() const {
    if (cases_.empty()) return;
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto& [what, found] : cases_)
      for (std::uint32_t word : found.words) hash = (hash ^ word) * 0x100000001b3;
    std::printf("%s: bits of f32 %016" PRIx64 "\n", model->name, hash);
  }

 private:
  struct first_result {
    std::string variant;
    std::vector<std::uint32_t> words;
  };

  void expect(const std::string& what, const char* variant, std::vector<std::uint32_t> words) {
    const auto [found, is_new] = cases_.try_emplace(what, first_result{variant, words});
    if (is_new) return;
    const std::vector<std::uint32_t>& first = found->second.words;
    const auto at = std::ranges::mismatch(words, first).in1 - words.begin();
    if (words != first)
      fail(what + ": other bits on " + variant + " than on " + found->second.variant +
           ", first in element " + std::to_string(at) + " of " + std::to_string(first.size()));
  }

  std::map<std::string, first_result> cases_;
};

}  // namespace check
