// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cuts text into words; merges never cross their borders.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;  // PCRE2's compiled pattern

namespace tenon::samples {

/// Thread-safe: compiled patterns serve concurrent calls.
class pre_tokenizer {
 public:
  /// `patterns` are PCRE2's (word_pattern.hpp); each cuts the pieces of the one before it.
  ///   Throws tokenizer_error if the PCRE2 at hand cannot compile one.
  explicit pre_tokenizer(const std::vector<std::string>& patterns);

  /// Appends the words of `text`, which has to be well-formed UTF-8, in order and without gaps:
  /// what matches, and what lies between; they point into `text`.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

 private:
  struct release {
    void operator()(pcre2_real_code_8* code) const;
  };
  using pattern = std::unique_ptr<pcre2_real_code_8, release>;

  static pattern compile(const std::string& text);
  static void cut(const pattern& by, std::string_view text, std::vector<std::string_view>& words);

  std::vector<pattern> patterns_;
};

}  // namespace tenon::samples
