// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads tokenizer.json: the model with its vocabulary and merges, and the added tokens.
#include <nlohmann/json.hpp>

#include "tokenizer/definition.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/json_options.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

void read_model(const path& file, const json& model, definition& into) {
  const json& type = at(model, "type");
  // The oldest files name no type; the merges tell BPE from the others.
  const bool is_bpe = type == "BPE" || (type.is_null() && at(model, "merges").is_array());
  expect(file, "model.type", type, is_bpe, "\"BPE\"");
  expect_off(file, model, "model.", "dropout", 0.0);
  expect_off(file, model, "model.", "continuing_subword_prefix", "");
  expect_off(file, model, "model.", "end_of_word_suffix", "");
  into.spelt =
      flag(file, model, "model.", "byte_fallback", false) ? spelling::characters : spelling::bytes;
  into.whole_words = flag(file, model, "model.", "ignore_merges", false);
}

// "left right" in older files, ["left", "right"] in newer ones.
void read_merge(const path& file, const json& merge, definition& into) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    append_merge(file, merge[0].get_ref<const std::string&>(),
                 merge[1].get_ref<const std::string&>(), into);
    return;
  }
  if (merge.is_string()) {
    const std::string_view text = merge.get_ref<const std::string&>();
    const std::size_t space = text.find(' ');
    if (space != text.npos && text.find(' ', space + 1) == text.npos) {
      append_merge(file, text.substr(0, space), text.substr(space + 1), into);
      return;
    }
  }
  fail_in(file, "model.merges[" + std::to_string(into.merges.size()) + "] is " +
                    shown(merge.dump()) + ", but a merge is two tokens: \"a b\" or [\"a\", \"b\"]");
}

added_token read_added_token(const path& file, const json& token, const id_map& ids) {
  const json& content = at(token, "content");
  if (!content.is_string() || content.get_ref<const std::string&>().empty()) {
    fail_in(file, "an entry of added_tokens is " + shown(token.dump()) +
                      ", but its content has to be a text that is not empty");
  }
  const auto& text = content.get_ref<const std::string&>();
  const std::string where = "added token " + shown(text) + ": ";
  std::string unsupported;
  for (const char* option : {"single_word", "lstrip", "rstrip"}) {
    const json& found = at(token, option);
    if (!found.is_null() && found != false) unsupported = option;
  }
  const auto id = read_id(file, text, at(token, "id"));
  const auto found = ids.find(text);
  if (found != ids.end() && found->second != id) {
    fail_in(file, where + "its id is " + std::to_string(id) + " in added_tokens and " +
                      std::to_string(found->second) + " in model.vocab; make them one");
  }
  return {id, text, at(token, "normalized") == true, unsupported};
}

}  // namespace

std::vector<added_token> read_added_tokens(const path& file, const json& root, const id_map& ids) {
  const json& added = at(root, "added_tokens");
  if (!added.is_null() && !added.is_array()) {
    fail_in(file, "added_tokens is " + shown(added.dump()) + ", but has to be an array");
  }
  std::vector<added_token> tokens;
  for (const json& token : added) tokens.push_back(read_added_token(file, token, ids));
  return tokens;
}

definition load_tokenizer_json(const path& file) {
  const json root = read_json(file);
  const json& model = at(root, "model");
  definition whole;
  read_model(file, model, whole);
  read_pipeline(file, root, whole);
  whole.ids = read_vocabulary(file, at(model, "vocab"));
  const json& merges = at(model, "merges");
  if (!merges.is_array()) fail_in(file, "model.merges is missing; it has to be an array");
  for (const json& merge : merges) read_merge(file, merge, whole);
  whole.added = read_added_tokens(file, root, whole.ids);
  check_complete(file, whole);
  for (const std::int32_t id : whole.around.opening)
    if (id >= whole.size) {
      fail_in(file, "post_processor puts the id " + std::to_string(id) +
                        " before a text, but there are " + std::to_string(whole.size) +
                        " tokens; take its parts from one tokenizer");
    }
  return whole;
}

}  // namespace tenon::samples
