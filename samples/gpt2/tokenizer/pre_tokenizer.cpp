// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Word patterns in PCRE2: RE2-like engines lack the look-ahead that they need.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/pre_tokenizer.hpp"

#include <array>
#include <new>
#include <string>

#include <pcre2.h>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

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

pre_tokenizer::pre_tokenizer(const std::vector<std::string>& patterns) {
  for (const std::string& each : patterns) patterns_.push_back(compile(each));
}

pre_tokenizer::pattern pre_tokenizer::compile(const std::string& text) {
  int code = 0;
  PCRE2_SIZE where = 0;
  pattern made(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                             PCRE2_UTF | PCRE2_UCP, &code, &where, nullptr));
  if (!made) {
    throw tokenizer_error("PCRE2 cannot compile the word pattern " + shown(text, 200) +
                          " at offset " + std::to_string(where) + ": " + message_of(code) +
                          "; use PCRE2 10.40 or later with Unicode support");
  }
  // Where the system forbids generated code this fails, and the interpreter gives the same words.
  static_cast<void>(pcre2_jit_compile(made.get(), PCRE2_JIT_COMPLETE));
  return made;
}

void pre_tokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
  const std::size_t first = words.size();
  if (!text.empty()) words.push_back(text);
  for (const pattern& each : patterns_) {
    const std::vector<std::string_view> pieces(words.begin() + static_cast<std::ptrdiff_t>(first),
                                               words.end());
    words.resize(first);
    for (const std::string_view piece : pieces) cut(each, piece, words);
  }
}

void pre_tokenizer::cut(const pattern& by, std::string_view text,
                        std::vector<std::string_view>& words) {
  const std::unique_ptr<pcre2_match_data, release_match> match(
      pcre2_match_data_create_from_pattern(by.get(), nullptr));
  if (!match) throw std::bad_alloc();
  const auto subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const PCRE2_SIZE* found = pcre2_get_ovector_pointer(match.get());

  for (std::size_t begin = 0; begin < text.size(); begin = found[1]) {
    const auto run = [&](std::uint32_t options) {
      return pcre2_match(by.get(), subject, text.size(), begin, PCRE2_NO_UTF_CHECK | options,
                         match.get(), nullptr);
    };
    int status = run(0);
    // The stack of generated code is small and fixed; the interpreter's grows on the heap.
    if (status == PCRE2_ERROR_JIT_STACKLIMIT) status = run(PCRE2_NO_JIT);
    if (status == PCRE2_ERROR_NOMATCH) {
      words.push_back(text.substr(begin));
      return;
    }
    if (status <= 0 || found[0] < begin || found[1] <= found[0]) {
      throw tokenizer_error("the text cannot be cut into words at byte " + std::to_string(begin) +
                            " of " + std::to_string(text.size()) + ": " +
                            (status <= 0 ? message_of(status) : "the pattern matches no letter") +
                            "; pass it in smaller parts");
    }
    if (found[0] > begin) words.push_back(text.substr(begin, found[0] - begin));
    words.push_back(text.substr(found[0], found[1] - found[0]));
  }
}

}  // namespace tenon::samples
