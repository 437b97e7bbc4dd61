// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the files of a tokenizer say, checked, in one form for both kinds of directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tenon::samples {

/// Lets maps of strings be searched by string_view.
struct string_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using id_map = std::unordered_map<std::string, std::int32_t, string_hash, std::equal_to<>>;

/// Two neighbouring tokens that become one; its place in the list is its rank.
struct merge_rule {
  std::int32_t left, right, result;
};

/// A token that is found in the text before anything else, such as <|endoftext|>.
struct added_token {
  std::int32_t id;
  std::string text;
  bool normalized;               // looked for only where no token with `normalized` false was found
  std::string unsupported = {};  // an option that changes how it is found; empty if there is none
};

/// How the tokens of the vocabulary spell text.
enum class spelling {
  bytes,       // a character for each byte (byte_symbols.hpp): GPT-2, Llama 3, Qwen
  characters,  // as it is; what the vocabulary lacks by its bytes, <0x00> to <0xFF>: SentencePiece
};

/// A change of the text before anything but exact added tokens is looked for in it.
struct normalizing_step {
  enum class kind { nfc, prepend, replace } what;
  std::string from = {}, to = {};  // prepend: `to`; replace: each `from` by `to`
};

/// Spaces become visible after normalized added tokens were found (SentencePiece).
struct space_symbol {
  enum class where { nowhere, first, everywhere } prepended;  // if the piece has none in front
  std::string symbol;
};

/// What happens to a text around the model's merges. The default is GPT-2's.
struct pipeline {
  std::vector<normalizing_step> normalizers;
  std::optional<space_symbol> spaces;
  std::vector<std::string> words;     // PCRE2 patterns; each cuts the pieces of the one before it
  std::vector<std::int32_t> opening;  // put before every text, such as <s>
  std::string space;                  // what decoding turns into a space; empty: nothing
  bool drops_first_space = false;     // in decoding, one at the beginning of the text
};

struct definition {
  id_map ids;  // the model's vocabulary, tokens as spelt in the files
  std::vector<merge_rule> merges;
  std::vector<added_token> added;
  spelling spelt = spelling::bytes;
  bool whole_words = false;  // a word that is a token is that token, whatever merges make of it
  pipeline around;
  std::int32_t size = 0;              // number of ids, 0..size-1, the added ones included
  std::vector<std::string> warnings;  // of what is there and matters only where it is used
};

/// Reads tokenizer.json if the directory has one, otherwise vocab.json and merges.txt.
///   Throws tokenizer_error on whatever is missing, malformed or of another kind of tokenizer.
definition load_definition(const std::filesystem::path& directory);

/// The two kinds of directory.
definition load_tokenizer_json(const std::filesystem::path& file);
definition load_vocab_and_merges(const std::filesystem::path& directory);

/// What tokenizer.json has around its model: normalizer, pre_tokenizer, post_processor, decoder.
/// `into` says how tokens spell text.
///   Throws tokenizer_error, by the name of the part, on what is not supported.
void read_pipeline(const std::filesystem::path& file, const nlohmann::json& root, definition& into);

/// Shared steps of the two loaders; `file` is named in the errors.
/// An id as JSON: an integer in 0..2^31-1.
std::int32_t read_id(const std::filesystem::path& file, std::string_view token,
                     const nlohmann::json& value);
/// The vocabulary {token: id, ...}.
id_map read_vocabulary(const std::filesystem::path& file, const nlohmann::json& object);
/// The added_tokens of a tokenizer.json, whose ids agree with the vocabulary.
std::vector<added_token> read_added_tokens(const std::filesystem::path& file,
                                           const nlohmann::json& root, const id_map& ids);
/// Appends the merge of two tokens; both and their concatenation have to be in the vocabulary.
void append_merge(const std::filesystem::path& file, std::string_view left, std::string_view right,
                  definition& into);
/// Every id below the size of the vocabulary occurs exactly once, added tokens have ids of their
/// own, and no merge occurs twice; sets `size` and `warnings`.
void check_complete(const std::filesystem::path& file, definition& whole);

}  // namespace tenon::samples
