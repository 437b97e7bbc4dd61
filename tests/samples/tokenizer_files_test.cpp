// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Malformed and foreign tokenizer files: each is refused, and the message says what and where.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tokenizer/bpe.hpp"

using namespace tenon::samples;
using nlohmann::json;

namespace {

const std::filesystem::path source = TENON_SOURCE_DIR;

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// A directory of its own that goes away with the object.
class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "tokenizer-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~temporary_directory() { std::filesystem::remove_all(path_); }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  void write(const char* name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The message of loading a directory with these files; empty if it loads.
using files = std::vector<std::pair<const char*, std::string>>;
std::string load_error(const files& all) {
  const temporary_directory directory;
  for (const auto& [name, text] : all) directory.write(name, text);
  try {
    bpe::load(directory.path());
  } catch (const tokenizer_error& error) {
    return error.what();
  }
  return "";
}

const json& golden_json() {
  static const json root =
      json::parse(contents(source / "tests" / "goldens" / "bpe_added" / "tokenizer.json"));
  return root;
}

// The entry of "<|a|>" in added_tokens; it is not in the vocabulary.
json& entry(json& root) {
  for (json& token : root["added_tokens"]) {
    if (token["content"] == "<|a|>") return token;
  }
  throw std::logic_error("the golden has no <|a|>");
}

}  // namespace

TEST_CASE("a changed tokenizer.json is refused by the name of the part", "[tokenizer]") {
  using change = std::function<void(json&)>;
  const std::vector<std::pair<std::string, change>> changes = {
      {"model.type is '\"Unigram\"'", [](json& j) { j["model"]["type"] = "Unigram"; }},
      {"model.type is '\"WordPiece\"'", [](json& j) { j["model"]["type"] = "WordPiece"; }},
      {"model.type is 'null'", [](json& j) { j.erase("model"); }},
      {"model.dropout is '0.1'", [](json& j) { j["model"]["dropout"] = 0.1; }},
      {"model.continuing_subword_prefix",
       [](json& j) { j["model"]["continuing_subword_prefix"] = "##"; }},
      {"model.end_of_word_suffix", [](json& j) { j["model"]["end_of_word_suffix"] = "</w>"; }},
      {"pre_tokenizer.type is '\"ByteLevel\"', but only \"Metaspace\", Split or Digits with",
       [](json& j) { j["model"]["byte_fallback"] = true; }},
      {"model.byte_fallback is '1'", [](json& j) { j["model"]["byte_fallback"] = 1; }},
      {"model.ignore_merges is '\"no\"'", [](json& j) { j["model"]["ignore_merges"] = "no"; }},
      {"normalizer.type is '\"NFKC\"'", [](json& j) { j["normalizer"] = {{"type", "NFKC"}}; }},
      {"normalizer.normalizers[1].type is '\"Lowercase\"'",
       [](json& j) {
         j["normalizer"] = {{"type", "Sequence"},
                            {"normalizers", {{{"type", "NFC"}}, {{"type", "Lowercase"}}}}};
       }},
      {"normalizer.normalizers is '7'",
       [](json& j) { j["normalizer"] = {{"type", "Sequence"}, {"normalizers", 7}}; }},
      {"normalizer.pattern is '{\"Regex\":\"a\"}', but only a String",
       [](json& j) {
         j["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", "a"}}}, {"content", "b"}};
       }},
      {"normalizer.prepend is '\"\"'",
       [](json& j) { j["normalizer"] = {{"type", "Prepend"}, {"prepend", ""}}; }},
      {"pre_tokenizer.type is '\"Metaspace\"'",
       [](json& j) { j["pre_tokenizer"]["type"] = "Metaspace"; }},
      {"pre_tokenizer.type is 'null'", [](json& j) { j["pre_tokenizer"] = nullptr; }},
      {"pre_tokenizer.add_prefix_space is 'true'",
       [](json& j) { j["pre_tokenizer"]["add_prefix_space"] = true; }},
      {"pre_tokenizer.use_regex is '\"x\"'",
       [](json& j) { j["pre_tokenizer"]["use_regex"] = "x"; }},
      {"pre_tokenizer.pretokenizers[1].type is '\"Digits\"', but only nothing after ByteLevel",
       [](json& j) {
         j["pre_tokenizer"] = {{"type", "Sequence"},
                               {"pretokenizers", {j["pre_tokenizer"], {{"type", "Digits"}}}}};
       }},
      {"pre_tokenizer.behavior is '\"Removed\"'",
       [](json& j) {
         j["pre_tokenizer"] = {
             {"type", "Split"}, {"pattern", {{"Regex", "a"}}}, {"behavior", "Removed"}};
       }},
      {"pre_tokenizer splits at 'ab', but only at one character",
       [](json& j) {
         j["pre_tokenizer"] = {
             {"type", "Split"}, {"pattern", {{"String", "ab"}}}, {"behavior", "MergedWithNext"}};
       }},
      {"pre_tokenizer.invert is 'true'",
       [](json& j) { j["pre_tokenizer"] = {{"type", "Split"}, {"invert", true}}; }},
      {"the word pattern '\\w+' has '\\w'",
       [](json& j) {
         j["pre_tokenizer"] = {
             {"type", "Split"}, {"pattern", {{"Regex", "\\w+"}}}, {"behavior", "Isolated"}};
       }},
      {"decoder.type is '\"WordPiece\"'", [](json& j) { j["decoder"]["type"] = "WordPiece"; }},
      {"post_processor.type is '\"BertProcessing\"'",
       [](json& j) { j["post_processor"] = {{"type", "BertProcessing"}}; }},
      {"post_processor puts the id 999 before a text, but there are",
       [](json& j) {
         j["post_processor"] = {
             {"type", "TemplateProcessing"},
             {"single", {{{"SpecialToken", {{"id", "<s>"}}}}, {{"Sequence", {{"id", "A"}}}}}},
             {"special_tokens", {{"<s>", {{"ids", {999}}}}}}};
       }},
      {"post_processor.single is",
       [](json& j) {
         j["post_processor"] = {
             {"type", "TemplateProcessing"},
             {"single", {{{"Sequence", {{"id", "A"}}}}, {{"SpecialToken", {{"id", "<s>"}}}}}}};
       }},
      {"post_processor.single is",
       [](json& j) {
         j["post_processor"] = {
             {"type", "TemplateProcessing"},
             {"single", {{{"SpecialToken", {{"id", "<s>"}}}}, {{"Sequence", {{"id", "A"}}}}}}};
       }},
      {"vocabulary is '{}'", [](json& j) { j["model"]["vocab"] = json::object(); }},
      {"'z' has the id '\"1\"'", [](json& j) { j["model"]["vocab"]["z"] = "1"; }},
      {"'z' has the id '-1'", [](json& j) { j["model"]["vocab"]["z"] = -1; }},
      {"'z' has the id '1.5'", [](json& j) { j["model"]["vocab"]["z"] = 1.5; }},
      {"'z' has the id '2147483648'",
       [](json& j) { j["model"]["vocab"]["z"] = std::uint64_t{1} << 31; }},
      {"the id 3 belongs to", [](json& j) { j["model"]["vocab"]["z"] = 3; }},
      {"leave a gap", [](json& j) { j["model"]["vocab"]["zz"] = 2147483647; }},
      {"empty token", [](json& j) { j["model"]["vocab"][""] = 999; }},
      {"merges is missing", [](json& j) { j["model"].erase("merges"); }},
      {"merges[11] is '\"ab\"'", [](json& j) { j["model"]["merges"].push_back("ab"); }},
      {"merges[11] is '\"a b c\"'", [](json& j) { j["model"]["merges"].push_back("a b c"); }},
      {"merges[11] is '[1,2]'", [](json& j) { j["model"]["merges"].push_back({1, 2}); }},
      {"merge 11 ('a', 'b') needs the token 'ab'",
       [](json& j) { j["model"]["merges"].push_back("a b"); }},
      {"merge 11 ('l', 'l') occurs a second time",
       [](json& j) { j["model"]["merges"].push_back("l l"); }},
      {"added_tokens is '7'", [](json& j) { j["added_tokens"] = 7; }},
      {"content has to be a text", [](json& j) { entry(j)["content"] = ""; }},
      {"content has to be a text", [](json& j) { entry(j).erase("content"); }},
      {"leave a gap", [](json& j) { entry(j)["id"] = 2147483647; }},
      {"leave a gap", [](json& j) { j["model"]["vocab"]["zz"] = 300; }},
      {"'<|a|>' has the id 'null'", [](json& j) { entry(j).erase("id"); }},
      {"the id 5 belongs to", [](json& j) { entry(j)["id"] = 5; }},
      {"'<|a|>' occurs twice",
       [](json& j) {
         json copy = entry(j);
         copy["id"] = 275;
         j["added_tokens"].push_back(copy);
       }},
      {"in added_tokens and 1 in model.vocab", [](json& j) { entry(j)["content"] = "\""; }},
  };
  REQUIRE(load_error({{"tokenizer.json", golden_json().dump()}}) == "");
  for (const auto& [message, apply] : changes) {
    json changed = golden_json();
    apply(changed);
    INFO(message);
    const std::string error = load_error({{"tokenizer.json", changed.dump()}});
    CHECK_THAT(error, Catch::Contains(message) && Catch::Contains("tokenizer.json: "));
  }
}

TEST_CASE("a changed SentencePiece-like tokenizer.json is refused by the name of the part",
          "[tokenizer]") {
  using change = std::function<void(json&)>;
  const std::vector<std::pair<std::string, change>> changes = {
      {"model.type is '\"Unigram\"'", [](json& j) { j["model"]["type"] = "Unigram"; }},
      {"pre_tokenizer.type is 'null', but only one with \"ByteLevel\" at its end",
       [](json& j) {
         j["model"]["byte_fallback"] = false;
         j["pre_tokenizer"] = nullptr;
       }},
      {"pre_tokenizer.type is '\"Metaspace\"'",
       [](json& j) { j["model"]["byte_fallback"] = false; }},
      {"pre_tokenizer.prepend_scheme is '\"last\"'",
       [](json& j) { j["pre_tokenizer"]["prepend_scheme"] = "last"; }},
      {"pre_tokenizer.replacement is 'null'",
       [](json& j) { j["pre_tokenizer"].erase("replacement"); }},
      {"decoder.decoders[0].content is '\"_\"'",
       [](json& j) { j["decoder"]["decoders"][0]["content"] = "_"; }},
      {"decoder.decoders[3] is", [](json& j) { j["decoder"]["decoders"][3]["start"] = 2; }},
      {"decoder.decoders[2].type is '\"CTC\"'",
       [](json& j) { j["decoder"]["decoders"][2]["type"] = "CTC"; }},
      {"decoder is", [](json& j) { j["decoder"]["decoders"].erase(1); }},
      {"decoder is",
       [](json& j) { std::swap(j["decoder"]["decoders"][0], j["decoder"]["decoders"][3]); }},
      {"decoder is", [](json& j) { j.erase("decoder"); }},
  };
  const json good = json::parse(contents(source / "tests/goldens/bpe_mistral/tokenizer.json"));
  REQUIRE(load_error({{"tokenizer.json", good.dump()}}) == "");
  for (const auto& [message, apply] : changes) {
    json changed = good;
    apply(changed);
    INFO(message);
    CHECK_THAT(load_error({{"tokenizer.json", changed.dump()}}),
               Catch::Contains(message) && Catch::Contains("tokenizer.json: "));
  }
}

TEST_CASE("what is there matters where a text uses it", "[tokenizer]") {
  for (const char* option : {"lstrip", "rstrip", "single_word"}) {
    json changed = golden_json();
    entry(changed)[option] = true;
    const temporary_directory directory;
    directory.write("tokenizer.json", changed.dump());
    const bpe tokenizer = bpe::load(directory.path());
    REQUIRE(tokenizer.warnings().size() == 1);
    CHECK_THAT(tokenizer.warnings()[0],
               Catch::Contains("added token '<|a|>' has the option " + std::string(option)));
    CHECK_FALSE(tokenizer.encode("hello<|end|>").empty());
    CHECK_THROWS_WITH(tokenizer.encode("he<|a|>"),
                      Catch::Contains("the text has the added token '<|a|>', whose option " +
                                      std::string(option)));
  }
  // An added token behind a gap, as where a table has rows to spare.
  json changed = golden_json();
  const std::int32_t size = bpe::load(source / "tests" / "goldens" / "bpe_added").size();
  changed["added_tokens"].push_back({{"id", size + 5}, {"content", "[PAD]"}});
  const temporary_directory directory;
  directory.write("tokenizer.json", changed.dump());
  const bpe tokenizer = bpe::load(directory.path());
  CHECK(tokenizer.size() == size + 6);
  CHECK(tokenizer.ids_without_token() ==
        std::vector<std::int32_t>{size, size + 1, size + 2, size + 3, size + 4});
  CHECK(tokenizer.encode("[PAD]") == std::vector<std::int32_t>{size + 5});
  CHECK(tokenizer.decode(std::vector{size + 5}) == "[PAD]");
  CHECK_THROWS_WITH(tokenizer.bytes_of(size + 1), Catch::Contains("no token has the id "));
  CHECK_THAT(tokenizer.warnings().at(0), Catch::Contains("ids without a token are never chosen"));
}

TEST_CASE("added_tokens.json beside vocab.json is read", "[tokenizer]") {
  const temporary_directory directory;
  directory.write("vocab.json", R"({"a":0,"b":1,"ab":2,"<|endoftext|>":3})");
  directory.write("merges.txt", "a b\n");
  directory.write("added_tokens.json", "{}");
  CHECK(bpe::load(directory.path()).size() == 4);
  directory.write("added_tokens.json", R"({"<|endoftext|>":3,"[ab]":4})");
  const bpe tokenizer = bpe::load(directory.path());
  CHECK(tokenizer.size() == 5);
  CHECK(tokenizer.vocabulary_size() == 4);
  CHECK(tokenizer.warnings().empty());
  CHECK(tokenizer.encode("ab[ab]<|endoftext|>") == std::vector<std::int32_t>{2, 4, 3});
}

TEST_CASE("older spellings of tokenizer.json load", "[tokenizer]") {
  json older = golden_json();
  older["model"].erase("type");
  older["pre_tokenizer"].erase("use_regex");
  for (json& merge : older["model"]["merges"]) {
    merge = merge[0].get<std::string>() + " " + merge[1].get<std::string>();
  }
  const temporary_directory directory;
  directory.write("tokenizer.json", older.dump());
  const std::string text = "he hello  hello<|end|>";
  const bpe newer = bpe::load(source / "tests" / "goldens" / "bpe_added");
  CHECK(bpe::load(directory.path()).encode(text) == newer.encode(text));
}

TEST_CASE("malformed JSON and two-file directories are refused", "[tokenizer]") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  const std::string vocab = R"({"a":0,"b":1,"ab":2})";
  const std::vector<std::pair<std::string, files>> cases = {
      {"neither tokenizer.json nor vocab.json", {}},
      {"tokenizer.json: is not valid JSON", {{"tokenizer.json", ""}}},
      {"tokenizer.json: is not valid JSON", {{"tokenizer.json", "{\"model\": {"}}},
      {"tokenizer.json: is not valid JSON", {{"tokenizer.json", "{\"\xFF\": 1}"}}},
      {"tokenizer.json: is not valid JSON", {{"tokenizer.json", std::string(3, '\0')}}},
      {"tokenizer.json: values nest deeper than 16", {{"tokenizer.json", deep}}},
      {"model.type is 'null'", {{"tokenizer.json", "[]"}}},
      {"the key 'a' occurs twice", {{"vocab.json", R"({"a":0,"a":1})"}}},
      {"merges.txt: is not a regular file", {{"vocab.json", vocab}}},
      {"vocabulary is '[]'", {{"vocab.json", "[]"}, {"merges.txt", ""}}},
      {"line 2 is 'ab'", {{"vocab.json", vocab}, {"merges.txt", "#version: 0.2\nab\n"}}},
      {"line 1 is ''", {{"vocab.json", vocab}, {"merges.txt", "\na b\n"}}},
      {"line 1 is 'a  b'", {{"vocab.json", vocab}, {"merges.txt", "a  b\n"}}},
      {"line 1 is ' b'", {{"vocab.json", vocab}, {"merges.txt", " b\n"}}},
      {"line 1 is 'a '", {{"vocab.json", vocab}, {"merges.txt", "a \n"}}},
      {"needs the token 'ba'", {{"vocab.json", vocab}, {"merges.txt", "b a\n"}}},
      {"needs the token '\\xff'", {{"vocab.json", vocab}, {"merges.txt", "\xFF a\n"}}},
      {"merge 1 ('a', 'b') occurs", {{"vocab.json", vocab}, {"merges.txt", "a b\r\na b"}}},
      {"added_tokens.json: is '[]', but has to be an object",
       {{"vocab.json", vocab}, {"merges.txt", "a b\n"}, {"added_tokens.json", "[]"}}},
      {"added_tokens.json: 'a' has the id 3 there and 0 in vocab.json",
       {{"vocab.json", vocab}, {"merges.txt", "a b\n"}, {"added_tokens.json", R"({"a":3})"}}},
      {"the id 2 belongs to",
       {{"vocab.json", vocab}, {"merges.txt", "a b\n"}, {"added_tokens.json", R"({"c":2})"}}},
  };
  for (const auto& [message, all] : cases) {
    INFO(message);
    CHECK_THAT(load_error(all), Catch::Contains(message));
  }
  CHECK(load_error({{"vocab.json", vocab}, {"merges.txt", "#version: 0.2\r\na b\r\n"}}) == "");
  CHECK_THROWS_WITH(bpe::load("/nonexistent"), Catch::Contains("/nonexistent: is not a directory"));
}

TEST_CASE("a byte that the vocabulary lacks is an error, not a gap", "[tokenizer]") {
  const temporary_directory directory;
  directory.write("vocab.json", R"({"a":0,"b":1,"ab":2})");
  directory.write("merges.txt", "a b\n");
  const bpe tokenizer = bpe::load(directory.path());
  CHECK(tokenizer.encode("aba") == std::vector<std::int32_t>{2, 0});
  CHECK_THROWS_WITH(tokenizer.encode("abc"), Catch::Contains("the byte 'c' of the word 'abc'"));
}

TEST_CASE("any bytes give a tokenizer or a tokenizer_error", "[tokenizer]") {
  const std::string folder = GENERATE("bpe_added", "bpe_llama3", "bpe_mistral");
  const std::string good = contents(source / "tests/goldens" / folder / "tokenizer.json");
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text = good;
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 9);
          break;
        default:
          text.resize(text.size() - random() % 3);
          break;
      }
    }
    refused += !load_error({{"tokenizer.json", text}}).empty();  // another exception would escape
  }
  CHECK(refused > 150);
}
