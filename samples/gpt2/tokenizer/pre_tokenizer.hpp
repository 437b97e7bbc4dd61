// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cuts text into GPT-2's words; merges never cross their borders.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;  // PCRE2's compiled pattern

namespace tenon::samples {

/// Thread-safe: one compiled pattern serves concurrent calls.
class pre_tokenizer {
 public:
  /// Throws tokenizer_error if the PCRE2 at hand cannot compile the pattern.
  pre_tokenizer();

  /// Appends the words of `text`, which has to be well-formed UTF-8, in order and without gaps;
  /// they point into `text`.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

 private:
  struct release {
    void operator()(pcre2_real_code_8* code) const;
  };
  std::unique_ptr<pcre2_real_code_8, release> pattern_;
};

}  // namespace tenon::samples
