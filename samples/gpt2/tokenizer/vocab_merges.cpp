// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads vocab.json and merges.txt, the older form of a GPT-2 tokenizer.
#include <nlohmann/json.hpp>

#include "tokenizer/definition.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::string_view end_of_text = "<|endoftext|>";

// One merge a line, "left right", in order of rank; lines that begin with #version are skipped.
void read_merges(const std::filesystem::path& file, definition& into) {
  const std::string text = read_text(file);
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || (line.empty() && rest.empty())) continue;

    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      fail_in(file, "line " + std::to_string(number) + " is " + shown(line) +
                        ", but a merge is two tokens with one space between");
    }
    append_merge(file, line.substr(0, space), line.substr(space + 1), into);
  }
}

}  // namespace

definition load_vocab_and_merges(const std::filesystem::path& directory) {
  const auto vocab = directory / "vocab.json";
  std::error_code error;
  if (std::filesystem::exists(directory / "added_tokens.json", error)) {
    fail_in(directory / "added_tokens.json",
            "is not read; save the tokenizer anew, so that tokenizer.json holds its tokens");
  }
  definition whole;
  whole.ids = read_vocabulary(vocab, read_json(vocab));
  read_merges(directory / "merges.txt", whole);
  // The older form does not list special tokens: GPT-2 has this one.
  if (const auto found = whole.ids.find(end_of_text); found != whole.ids.end()) {
    whole.added.push_back({found->second, found->first, false});
  }
  check_complete(vocab, whole);
  return whole;
}

}  // namespace tenon::samples
