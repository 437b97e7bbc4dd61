// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokenizers inside GGUF files; see model_tokenizer.hpp.
#include "checkpoint/model_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "checkpoint/gguf_config.hpp"
#include "checkpoint/gguf_reader.hpp"
#include "tokenizer/definition.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "tokenizer/word_pattern.hpp"

namespace tenon::samples {
namespace {

// Kinds of tokens, by their numbers in tokenizer.ggml.token_type.
enum token_kind : std::int64_t { control = 3, user_defined = 4, unused = 5 };

// tokenizer.ggml.pre: how a text is cut into words, and what its family has besides. The
// expressions are those of the tokenizer.json that such files were made from.
struct word_cutter {
  std::array<std::string_view, 4> names;
  std::string_view regex;  // empty: GPT-2's
  bool nfc, whole_words, opens;
};
constexpr word_cutter cutters[] = {
    {{"gpt-2"}, "", false, false, false},
    {{"llama-bpe", "llama3", "llama-v3"},
     "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     false,
     true,
     true},
    {{"qwen2"},
     "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
     "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
     true,
     false,
     false}};

const word_cutter* find_cutter(std::string_view name) {
  for (const word_cutter& each : cutters)
    if (!name.empty() && std::ranges::find(each.names, name) != each.names.end()) return &each;
  return nullptr;
}

void read_tokens(const gguf_reader& file, definition& into) {
  const auto tokens = file.words_if("tokenizer.ggml.tokens");
  if (!tokens) fail_in(file.path(), "has no tokenizer.ggml.tokens; convert the model again");
  const auto kinds = file.integers_if("tokenizer.ggml.token_type");
  if (kinds && kinds->size() != tokens->size())
    fail_in(file.path(), "has " + std::to_string(tokens->size()) + " tokens and " +
                             std::to_string(kinds->size()) +
                             " token types; convert the model again");
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    const std::string& token = (*tokens)[i];
    const auto id = static_cast<std::int32_t>(i);
    const std::int64_t kind = kinds ? (*kinds)[i] : 1;
    if (kind == unused) continue;  // fills the table up
    if (token.empty())
      fail_in(file.path(), "token " + std::to_string(i) + " is empty; convert the model again");
    if (kind == control || kind == user_defined)
      into.added.push_back({id, token, false});
    else if (!into.ids.emplace(token, id).second)
      fail_in(file.path(), "the token " + shown(token) + " occurs twice; convert the model again");
  }
}

void read_merges(const gguf_reader& file, definition& into) {
  const auto merges = file.words_if("tokenizer.ggml.merges");
  if (!merges) fail_in(file.path(), "has no tokenizer.ggml.merges; convert the model again");
  for (const std::string& merge : *merges) {
    const std::size_t space = merge.find(' ');
    if (space == std::string::npos || merge.find(' ', space + 1) != std::string::npos)
      fail_in(file.path(), "merge " + std::to_string(into.merges.size()) + " is " + shown(merge) +
                               ", but a merge is two tokens with one space between");
    append_merge(file.path(), std::string_view(merge).substr(0, space),
                 std::string_view(merge).substr(space + 1), into);
  }
}

definition read_definition(const gguf_reader& file, const word_cutter& cutter) {
  definition whole;
  read_tokens(file, whole);
  read_merges(file, whole);
  whole.whole_words = cutter.whole_words;
  if (cutter.nfc) whole.around.normalizers.push_back({normalizing_step::kind::nfc});
  whole.around.words = {cutter.regex.empty() ? words_of_gpt2()
                                             : word_pattern(file.path(), cutter.regex)};
  check_complete(file.path(), whole);
  if (file.flag_if("tokenizer.ggml.add_bos_token").value_or(cutter.opens)) {
    const std::int64_t first = file.integer("tokenizer.ggml.bos_token_id");
    if (first < 0 || first >= whole.size)
      fail_in(file.path(), "tokenizer.ggml.bos_token_id is " + std::to_string(first) +
                               ", but there are " + std::to_string(whole.size) + " tokens");
    whole.around.opening = {static_cast<std::int32_t>(first)};
  }
  return whole;
}

}  // namespace

bpe load_tokenizer(const std::filesystem::path& model) {
  if (!is_gguf(model)) return bpe::load(model);
  const gguf_reader file(model);
  const std::string kind = file.word_if("tokenizer.ggml.model").value_or("none");
  const std::string cut = file.word_if("tokenizer.ggml.pre").value_or("none");
  const word_cutter* const cutter = find_cutter(cut);
  if (kind == "gpt2" && cutter != nullptr) return bpe(read_definition(file, *cutter));
  const auto folder = std::filesystem::absolute(model).parent_path();
  std::error_code error;
  if (std::filesystem::exists(folder / "tokenizer.json", error)) return bpe::load(folder);
  fail_in(model, "has a tokenizer " + shown(kind) + " with words " + shown(cut) +
                     ", which is not read here; put the model's tokenizer.json beside the file");
}

}  // namespace tenon::samples
