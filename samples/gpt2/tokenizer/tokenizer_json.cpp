// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads tokenizer.json and refuses every tokenizer that is not GPT-2's kind.
#include <nlohmann/json.hpp>

#include "tokenizer/definition.hpp"
#include "tokenizer/json_file.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

const json none;  // stands for a key that is absent: null, as in the files themselves

const json& at(const json& object, const char* key) {
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

// A part that changes the result: it has to be as GPT-2 has it.
void expect(const path& file, const std::string& name, const json& found, bool fits,
            const std::string& wanted) {
  if (fits) return;
  fail_in(file, name + " is " + shown(found.dump()) + ", but only " + wanted +
                    " is supported; use a byte-level BPE tokenizer as GPT-2's");
}

// An option that has to be off: absent, null or equal to `off`.
void expect_off(const path& file, const json& object, const std::string& where, const char* key,
                const json& off) {
  const json& found = at(object, key);
  expect(file, where + key, found, found.is_null() || found == off, off.dump());
}

void check_pipeline(const path& file, const json& root) {
  const json& normalizer = at(root, "normalizer");
  expect(file, "normalizer", normalizer, normalizer.is_null(), "null");

  const json& pre = at(root, "pre_tokenizer");
  expect(file, "pre_tokenizer.type", at(pre, "type"), at(pre, "type") == "ByteLevel",
         "\"ByteLevel\"");
  expect(file, "pre_tokenizer.add_prefix_space", at(pre, "add_prefix_space"),
         at(pre, "add_prefix_space") == false, "false");
  // Absent in files that are older than the option; it is true then.
  const json& regex = at(pre, "use_regex");
  expect(file, "pre_tokenizer.use_regex", regex, regex.is_null() || regex == true, "true");

  const json& decoder = at(root, "decoder");
  expect(file, "decoder.type", at(decoder, "type"), at(decoder, "type") == "ByteLevel",
         "\"ByteLevel\"");
}

// Only a post-processor that adds no token: none, ByteLevel, or the bare template of one sequence.
void check_post_processor(const path& file, const json& post) {
  bool fits = post.is_null() || at(post, "type") == "ByteLevel";
  if (at(post, "type") == "TemplateProcessing") {
    const json& single = at(post, "single");
    fits = single.is_array() && single.size() == 1 && at(single[0], "Sequence").is_object();
  }
  expect(file, "post_processor", post, fits, "one that adds no tokens");
}

void check_model(const path& file, const json& model) {
  const json& type = at(model, "type");
  // The oldest files name no type; the merges tell BPE from the others.
  const bool is_bpe = type == "BPE" || (type.is_null() && at(model, "merges").is_array());
  expect(file, "model.type", type, is_bpe, "\"BPE\"");
  expect_off(file, model, "model.", "dropout", 0.0);
  expect_off(file, model, "model.", "continuing_subword_prefix", "");
  expect_off(file, model, "model.", "end_of_word_suffix", "");
  expect_off(file, model, "model.", "byte_fallback", false);
  expect_off(file, model, "model.", "ignore_merges", false);
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

void read_added_token(const path& file, const json& token, definition& into) {
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
  const auto found = into.ids.find(text);
  if (found != into.ids.end() && found->second != id) {
    fail_in(file, where + "its id is " + std::to_string(id) + " in added_tokens and " +
                      std::to_string(found->second) + " in model.vocab; make them one");
  }
  into.added.push_back({id, text, at(token, "normalized") == true, unsupported});
}

}  // namespace

definition load_tokenizer_json(const path& file) {
  const json root = read_json(file);
  const json& model = at(root, "model");
  check_model(file, model);
  check_pipeline(file, root);
  check_post_processor(file, at(root, "post_processor"));

  definition whole;
  whole.ids = read_vocabulary(file, at(model, "vocab"));
  const json& merges = at(model, "merges");
  if (!merges.is_array()) fail_in(file, "model.merges is missing; it has to be an array");
  for (const json& merge : merges) read_merge(file, merge, whole);
  const json& added = at(root, "added_tokens");
  if (!added.is_null() && !added.is_array()) {
    fail_in(file, "added_tokens is " + shown(added.dump()) + ", but has to be an array");
  }
  for (const json& token : added) read_added_token(file, token, whole);
  check_complete(file, whole);
  return whole;
}

}  // namespace tenon::samples
