// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads vocab.json and merges.txt, the older form of a GPT-2 tokenizer.
#include <nlohmann/json.hpp>

#include "tokenizer/definition.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "tokenizer/word_pattern.hpp"

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

// {"<|pad|>": 50257}, where it is there: found in a text before anything else.
void read_added_tokens(const std::filesystem::path& file, definition& into) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return;
  const nlohmann::json root = read_json(file);
  if (!root.is_object()) {
    fail_in(file, "is " + shown(root.dump()) + ", but has to be an object of tokens and ids");
  }
  for (const auto& [token, value] : root.items()) {
    if (token.empty()) fail_in(file, "has an empty token; remove it");
    const std::int32_t id = read_id(file, token, value);
    const auto found = into.ids.find(token);
    if (found != into.ids.end() && found->second != id) {
      fail_in(file, shown(token) + " has the id " + std::to_string(id) + " there and " +
                        std::to_string(found->second) + " in vocab.json; make them one");
    }
    if (token != end_of_text || found == into.ids.end()) into.added.push_back({id, token, false});
  }
}

}  // namespace

definition load_vocab_and_merges(const std::filesystem::path& directory) {
  const auto vocab = directory / "vocab.json";
  definition whole;
  whole.ids = read_vocabulary(vocab, read_json(vocab));
  read_merges(directory / "merges.txt", whole);
  // The older form does not list special tokens: GPT-2 has this one.
  if (const auto found = whole.ids.find(end_of_text); found != whole.ids.end()) {
    whole.added.push_back({found->second, found->first, false});
  }
  read_added_tokens(directory / "added_tokens.json", whole);
  whole.around.words = {words_of_gpt2()};
  check_complete(vocab, whole);
  return whole;
}

}  // namespace tenon::samples
