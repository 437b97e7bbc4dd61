// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-2's word pattern in PCRE2: RE2-like engines lack the look-ahead that it needs.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/pre_tokenizer.hpp"

#include <array>
#include <new>
#include <string>

#include <pcre2.h>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

// encoder.py of GPT-2. White space is named by its property: PCRE2's \s counts U+180E in, which
// Unicode (and so Hugging Face) no longer does.
constexpr std::string_view words_of_gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+)"
    R"(|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+)";

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 160> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

struct release_match {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

}  // namespace

void pre_tokenizer::release::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

pre_tokenizer::pre_tokenizer() {
  int code = 0;
  PCRE2_SIZE where = 0;
  // Anchored here: as an option of the match it would switch the generated code off.
  pattern_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(words_of_gpt2.data()),
                               words_of_gpt2.size(), PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &code,
                               &where, nullptr));
  if (!pattern_) {
    throw tokenizer_error("PCRE2 cannot compile the word pattern at offset " +
                          std::to_string(where) + ": " + message_of(code) +
                          "; use PCRE2 10.40 or later with Unicode support");
  }
  // Where the system forbids generated code this fails, and the interpreter gives the same words.
  static_cast<void>(pcre2_jit_compile(pattern_.get(), PCRE2_JIT_COMPLETE));
}

void pre_tokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
  const std::unique_ptr<pcre2_match_data, release_match> match(
      pcre2_match_data_create_from_pattern(pattern_.get(), nullptr));
  if (!match) throw std::bad_alloc();
  const auto subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(match.get());

  for (std::size_t begin = 0; begin < text.size(); begin = ends[1]) {
    const auto run = [&](std::uint32_t options) {
      return pcre2_match(pattern_.get(), subject, text.size(), begin, PCRE2_NO_UTF_CHECK | options,
                         match.get(), nullptr);
    };
    int status = run(0);
    // The stack of generated code is small and fixed; the interpreter's grows on the heap.
    if (status == PCRE2_ERROR_JIT_STACKLIMIT) status = run(PCRE2_NO_JIT);
    if (status <= 0 || ends[1] <= begin) {
      throw tokenizer_error("the text cannot be cut into words at byte " + std::to_string(begin) +
                            " of " + std::to_string(text.size()) + ": " + message_of(status) +
                            "; pass it in smaller parts");
    }
    words.push_back(text.substr(begin, ends[1] - begin));
  }
}

}  // namespace tenon::samples
