// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads tokenizer.json, or vocab.txt as the first BERTs have it.
#include <nlohmann/json.hpp>

#include "tokenizer/json_file.hpp"
#include "tokenizer/json_options.hpp"
#include "wordpiece/wordpiece.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

void demand(const path& file, const std::string& name, const json& found, bool fits,
            const std::string& wanted) {
  if (fits) return;
  fail_in(file, name + " is " + shown(found.dump()) + ", but only " + wanted +
                    " is supported; use a WordPiece tokenizer, as BERT's");
}

// true or false; `fallback` for an option that is absent or null.
bool flag_of(const path& file, const json& object, const std::string& where, const char* key,
             bool fallback) {
  const json& found = at(object, key);
  demand(file, where + key, found, found.is_null() || found.is_boolean(), "true or false");
  return found.is_null() ? fallback : found.get<bool>();
}

// Where accents are not spoken of, they go with the capitals.
word_rules rules_of(const path& file, const json& object, const std::string& where,
                    const char* chinese, const char* lowercase) {
  word_rules rules;
  rules.clean = flag_of(file, object, where, "clean_text", true);
  rules.chinese = flag_of(file, object, where, chinese, true);
  rules.lowercase = flag_of(file, object, where, lowercase, true);
  rules.strip_accents = flag_of(file, object, where, "strip_accents", rules.lowercase);
  return rules;
}

std::int32_t id_of(const path& file, const wordpiece_definition& whole, const std::string& token) {
  for (const added_token& added : whole.added)
    if (added.text == token) return added.id;
  const auto found = whole.ids.find(token);
  if (found == whole.ids.end())
    fail_in(file, "has no token " + shown(token) + "; use the tokenizer of a BERT");
  return found->second;
}

std::string text_of(const path& file, const std::string& name, const json& found) {
  demand(file, name, found, found.is_string() && !found.get_ref<const std::string&>().empty(),
         "a text that is not empty");
  return found.get<std::string>();
}

void read_model(const path& file, const json& model, wordpiece_definition& into) {
  demand(file, "model.type", at(model, "type"), at(model, "type") == "WordPiece", "\"WordPiece\"");
  into.ids = read_vocabulary(file, at(model, "vocab"));
  into.inside =
      text_of(file, "model.continuing_subword_prefix", at(model, "continuing_subword_prefix"));
  const json& most = at(model, "max_input_chars_per_word");
  demand(file, "model.max_input_chars_per_word", most,
         most.is_number_unsigned() && most >= 1 && most <= 100000, "a number of 1 to 100000");
  into.most_characters = most.get<std::size_t>();
}

// {"SpecialToken": {"id": "[CLS]"}, ...}, the text, {"SpecialToken": {"id": "[SEP]"}, ...}; or the
// older form, {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}.
void read_ends(const path& file, const json& post, wordpiece_definition& into) {
  const json& type = at(post, "type");
  if (type == "BertProcessing") {
    const json &cls = at(post, "cls"), &sep = at(post, "sep");
    const bool fits = cls.is_array() && cls.size() == 2 && sep.is_array() && sep.size() == 2;
    demand(file, "post_processor", post, fits, "one with cls and sep, a text and an id each");
    into.opening = read_id(file, "cls", cls[1]);
    into.closing = read_id(file, "sep", sep[1]);
    return;
  }
  demand(file, "post_processor.type", type, type == "TemplateProcessing",
         "TemplateProcessing or BertProcessing");
  const json& single = at(post, "single");
  const bool fits =
      single.is_array() && single.size() == 3 && at(single[0], "SpecialToken").is_object() &&
      at(single[1], "Sequence").is_object() && at(single[2], "SpecialToken").is_object();
  demand(file, "post_processor.single", single, fits, "[CLS], the text, [SEP]");
  const auto special = [&](const json& part) {
    const json& name = at(at(part, "SpecialToken"), "id");
    return id_of(file, into, text_of(file, "post_processor.single: SpecialToken.id", name));
  };
  into.opening = special(single[0]);
  into.closing = special(single[2]);
}

wordpiece_definition read_tokenizer_json(const path& file) {
  const json root = read_json(file);
  wordpiece_definition whole;
  const json &model = at(root, "model"), &normalizer = at(root, "normalizer");
  read_model(file, model, whole);
  demand(file, "normalizer.type", at(normalizer, "type"),
         at(normalizer, "type") == "BertNormalizer", "\"BertNormalizer\"");
  whole.rules = rules_of(file, normalizer, "normalizer.", "handle_chinese_chars", "lowercase");
  const json& words = at(at(root, "pre_tokenizer"), "type");
  demand(file, "pre_tokenizer.type", words, words == "BertPreTokenizer", "\"BertPreTokenizer\"");
  whole.added = read_added_tokens(file, root, whole.ids);
  for (const added_token& token : whole.added)
    if (token.normalized)
      fail_in(file, "the added token " + shown(token.text) +
                        " is looked for in normalized text, which is not supported; let its "
                        "\"normalized\" be false");
  whole.unknown = id_of(file, whole, text_of(file, "model.unk_token", at(model, "unk_token")));
  read_ends(file, at(root, "post_processor"), whole);
  return whole;
}

// A token a line; its number is its id.
wordpiece_definition read_vocab_txt(const path& directory) {
  const path file = directory / "vocab.txt", config = directory / "tokenizer_config.json";
  const std::string text = read_text(file);
  std::string_view rest = text;
  wordpiece_definition whole;
  for (std::int32_t id = 0; !rest.empty(); ++id) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!whole.ids.emplace(line, id).second)
      fail_in(file, "line " + std::to_string(id + 1) + " is " + shown(line) +
                        ", as a line before it; give each token one line");
  }
  std::error_code error;
  if (std::filesystem::exists(config, error))
    whole.rules =
        rules_of(config, read_json(config), "", "tokenize_chinese_chars", "do_lower_case");
  for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    if (const auto found = whole.ids.find(special); found != whole.ids.end())
      whole.added.push_back({found->second, special, false});
  whole.unknown = id_of(file, whole, "[UNK]");
  whole.opening = id_of(file, whole, "[CLS]");
  whole.closing = id_of(file, whole, "[SEP]");
  return whole;
}

}  // namespace

wordpiece_definition load_wordpiece(const path& directory) {
  std::error_code error;
  const path file = directory / "tokenizer.json", old = directory / "vocab.txt";
  const bool is_json = std::filesystem::exists(file, error);
  if (!is_json && !std::filesystem::exists(old, error))
    fail_in(
        directory,
        "holds neither tokenizer.json nor vocab.txt; pass the Hugging Face directory of a BERT");
  wordpiece_definition whole = is_json ? read_tokenizer_json(file) : read_vocab_txt(directory);
  const path& named = is_json ? file : old;
  // Any token would do: nobody sees what is padded.
  const auto padding = whole.ids.find("[PAD]");
  whole.padding = padding == whole.ids.end() ? whole.closing : padding->second;
  for (const std::int32_t id : {whole.opening, whole.closing, whole.unknown})
    if (const auto most = static_cast<std::int32_t>(whole.ids.size() + whole.added.size());
        id >= most)
      fail_in(named, "puts the id " + std::to_string(id) + " around texts, but there are " +
                         std::to_string(most) + " tokens; take its parts from one tokenizer");
  return whole;
}

}  // namespace tenon::samples
