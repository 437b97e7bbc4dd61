// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads what tokenizer.json has around its model; what is not known to be the same here is refused.
#include <functional>

#include <nlohmann/json.hpp>

#include "tokenizer/definition.hpp"
#include "tokenizer/json_options.hpp"
#include "tokenizer/tokenizer_error.hpp"
#include "tokenizer/word_pattern.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using path = std::filesystem::path;

// Calls `one` for the part, or for each of a Sequence, whose list has the name `list`.
using visit = std::function<void(const std::string& name, const json& part)>;
void for_each_part(const path& file, const std::string& name, const json& part, const char* list,
                   const visit& one) {
  if (part.is_null()) return;
  if (at(part, "type") != "Sequence") return one(name, part);
  const json& parts = at(part, list);
  expect(file, name + "." + list, parts, parts.is_array(), "an array");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for_each_part(file, name + "." + list + "[" + std::to_string(i) + "]", parts[i], list, one);
  }
}

// {"String": "..."}: patterns of normalizers and decoders.
std::string literal(const path& file, const std::string& name, const json& part) {
  const json& pattern = at(part, "pattern");
  expect(file, name + ".pattern", pattern, at(pattern, "String").is_string(), "a String");
  return word(file, pattern, name + ".pattern.", "String");
}

void read_normalizer(const path& file, const std::string& name, const json& part, pipeline& into) {
  using kind = normalizing_step::kind;
  const json& type = at(part, "type");
  if (type == "NFC") {
    into.normalizers.push_back({kind::nfc});
  } else if (type == "Prepend") {
    into.normalizers.push_back({kind::prepend, {}, word(file, part, name + ".", "prepend")});
  } else if (type == "Replace") {
    into.normalizers.push_back(
        {kind::replace, literal(file, name, part), word(file, part, name + ".", "content")});
  } else {
    expect(file, name + ".type", type, false, "NFC, Prepend or Replace");
  }
}

void read_split(const path& file, const std::string& name, const json& part, pipeline& into) {
  expect_off(file, part, name + ".", "invert", false);
  const json &pattern = at(part, "pattern"), &behavior = at(part, "behavior");
  if (at(pattern, "Regex").is_string()) {
    expect(file, name + ".behavior", behavior, behavior == "Isolated", "\"Isolated\" for a Regex");
    into.words.push_back(word_pattern(file, word(file, pattern, name + ".pattern.", "Regex")));
    return;
  }
  const std::string separator = literal(file, name, part);
  expect(file, name + ".behavior", behavior,
         behavior == "MergedWithPrevious" || behavior == "MergedWithNext",
         "\"MergedWithPrevious\" or \"MergedWithNext\" for a String");
  into.words.push_back(behavior == "MergedWithNext" ? words_beginning_with(file, separator)
                                                    : words_ending_with(file, separator));
}

void read_metaspace(const path& file, const std::string& name, const json& part, pipeline& into) {
  using where = space_symbol::where;
  const json& scheme = at(part, "prepend_scheme");
  where prepended = where::everywhere;
  if (scheme == "never" || !flag(file, part, name + ".", "add_prefix_space", true)) {
    prepended = where::nowhere;
  } else if (scheme == "first") {
    prepended = where::first;
  } else {
    expect(file, name + ".prepend_scheme", scheme, scheme.is_null() || scheme == "always",
           "\"always\", \"first\" or \"never\"");
  }
  into.spaces = {prepended, word(file, part, name + ".", "replacement")};
  if (flag(file, part, name + ".", "split", true)) {
    into.words.push_back(words_beginning_with(file, into.spaces->symbol));
  }
}

void read_pre_tokenizer(const path& file, const json& root, definition& into) {
  pipeline& around = into.around;
  bool byte_level = false;
  const std::string whole = "pre_tokenizer";
  for_each_part(file, whole, at(root, "pre_tokenizer"), "pretokenizers",
                [&](const std::string& name, const json& part) {
                  const json& type = at(part, "type");
                  // What follows would see the symbols of bytes.
                  expect(file, name + ".type", type, !byte_level, "nothing after ByteLevel");
                  if (type == "Split") {
                    read_split(file, name, part, around);
                  } else if (type == "Digits") {
                    const bool each = flag(file, part, name + ".", "individual_digits", false);
                    around.words.push_back(each ? "\\p{N}" : "\\p{N}+");
                  } else if (type == "Metaspace" && into.spelt == spelling::characters) {
                    expect(file, name + ".type", type, around.words.empty(),
                           "Metaspace before other parts");
                    read_metaspace(file, name, part, around);
                  } else if (type == "ByteLevel" && into.spelt == spelling::bytes) {
                    expect(file, name + ".add_prefix_space", at(part, "add_prefix_space"),
                           at(part, "add_prefix_space") == false, "false");
                    // Absent in files that are older than the option; it is true then.
                    if (flag(file, part, name + ".", "use_regex", true)) {
                      around.words.push_back(words_of_gpt2());
                    }
                    byte_level = true;
                  } else {
                    expect(file, name + ".type", type, false,
                           into.spelt == spelling::bytes
                               ? "\"ByteLevel\", Split or Digits without byte_fallback of the model"
                               : "\"Metaspace\", Split or Digits with byte_fallback of the model");
                  }
                });
  const json& type = at(at(root, "pre_tokenizer"), "type");
  expect(file, whole + ".type", type, byte_level || into.spelt == spelling::characters,
         "one with \"ByteLevel\" at its end, or byte_fallback of the model,");
}

// A template of one text: special tokens, then the text.
void read_template(const path& file, const std::string& name, const json& part, pipeline& into) {
  const json& single = at(part, "single");
  bool fits = single.is_array() && !single.empty() && at(single.back(), "Sequence").is_object();
  for (std::size_t i = 0; fits && i + 1 < single.size(); ++i) {
    const json& id = at(at(single[i], "SpecialToken"), "id");
    const json& ids = id.is_string()
                          ? at(at(at(part, "special_tokens"), id.get<std::string>().c_str()), "ids")
                          : id;
    fits = ids.is_array();
    for (std::size_t k = 0; fits && k < ids.size(); ++k) {
      into.opening.push_back(read_id(file, id.get<std::string>(), ids[k]));
    }
  }
  expect(file, name + ".single", single, fits,
         "a list of special_tokens that stand before the text");
}

void read_post_processor(const path& file, const std::string& name, const json& part,
                         pipeline& into) {
  const json& type = at(part, "type");
  if (type == "TemplateProcessing") return read_template(file, name, part, into);
  expect(file, name + ".type", type, type == "ByteLevel", "ByteLevel or TemplateProcessing");
}

// ByteLevel; or Replace, ByteFallback, Fuse, Strip in this order, of which Replace and Strip may be
// missing.
void read_decoder(const path& file, const json& root, definition& into) {
  if (into.spelt == spelling::bytes) {
    const json& type = at(at(root, "decoder"), "type");
    return expect(file, "decoder.type", type, type == "ByteLevel", "\"ByteLevel\"");
  }
  std::string parts;
  for_each_part(
      file, "decoder", at(root, "decoder"), "decoders",
      [&](const std::string& name, const json& part) {
        const json& type = at(part, "type");
        if (type == "Replace") {
          into.around.space = literal(file, name, part);
          expect(file, name + ".content", at(part, "content"), at(part, "content") == " ", "\" \"");
        } else if (type == "Strip") {
          expect(file, name, part,
                 at(part, "content") == " " && at(part, "start") == 1 && at(part, "stop") == 0,
                 "Strip of one space at the start");
          into.around.drops_first_space = true;
        } else {
          expect(file, name + ".type", type, type == "ByteFallback" || type == "Fuse",
                 "Replace, ByteFallback, Fuse or Strip");
        }
        parts += type.get<std::string>() + " ";
      });
  const std::string_view order = parts;
  const std::size_t from = order.starts_with("Replace ") ? 8 : 0;
  const std::string_view rest = order.substr(from);
  expect(file, "decoder", at(root, "decoder"),
         rest == "ByteFallback Fuse " || rest == "ByteFallback Fuse Strip ",
         "Replace, ByteFallback, Fuse, Strip in this order");
}

}  // namespace

void read_pipeline(const path& file, const json& root, definition& into) {
  for_each_part(file, "normalizer", at(root, "normalizer"), "normalizers",
                [&](const std::string& name, const json& part) {
                  read_normalizer(file, name, part, into.around);
                });
  read_pre_tokenizer(file, root, into);
  for_each_part(file, "post_processor", at(root, "post_processor"), "processors",
                [&](const std::string& name, const json& part) {
                  read_post_processor(file, name, part, into.around);
                });
  read_decoder(file, root, into);
}

}  // namespace tenon::samples
