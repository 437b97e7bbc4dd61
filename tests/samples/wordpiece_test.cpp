// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WordPiece: Hugging Face's ids for awkward texts, and files that are malformed or of another kind.
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "scratch.hpp"
#include "wordpiece/wordpiece.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using ids_t = std::vector<std::int32_t>;
using strings = std::vector<std::string>;

namespace {

const std::filesystem::path goldens = std::filesystem::path(TENON_SOURCE_DIR) / "tests" / "goldens";

nlohmann::json read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  INFO(file.string());
  REQUIRE(stream);
  return nlohmann::json::parse(stream);
}

// The golden's tokenizer.json with one change.
void check_refused(const std::function<void(nlohmann::json&)>& change, const std::string& why) {
  const scratch_directory folder;
  nlohmann::json root = read(goldens / "wordpiece" / "tokenizer.json");
  change(root);
  std::ofstream(folder.path() / "tokenizer.json") << root;
  CHECK_THROWS_WITH(wordpiece::load(folder.path()), Contains(why));
}

}  // namespace

TEST_CASE("ids are those of tokenizers", "[wordpiece]") {
  const std::string name = GENERATE("wordpiece", "wordpiece_cased");
  const auto tokenizer = wordpiece::load(goldens / name);
  const auto cases = read(goldens / name / "cases.json");
  REQUIRE(cases.size() > 200);
  std::size_t unknown = 0;
  for (const auto& item : cases) {
    const auto text = item["text"].get<std::string>();
    INFO(name << ": " << text);
    const auto ids = item["ids"].get<ids_t>();
    CHECK(tokenizer.sentence(text, 1000) == ids);
    unknown += static_cast<std::size_t>(std::count(ids.begin(), ids.end(), 1));
  }
  CHECK(unknown > 50);
}

TEST_CASE("a text that is too long is cut before its end", "[wordpiece]") {
  const auto tokenizer = wordpiece::load(goldens / "wordpiece");
  const ids_t whole = tokenizer.sentence("This program is free software", 1000);
  REQUIRE(whole.size() > 5);
  ids_t cut(whole.begin(), whole.begin() + 4);
  cut.push_back(whole.back());
  CHECK(tokenizer.sentence("This program is free software", 5) == cut);
  CHECK(tokenizer.sentence("This program is free software", whole.size()) == whole);
  CHECK(tokenizer.sentence("x", 2) == ids_t{whole.front(), whole.back()});
}

TEST_CASE("words by their rules", "[wordpiece]") {
  const std::string text = "\u0130 \u00c9t\u00e9, \u4e2d\u6587\u200b";
  CHECK(words_of(text, {}) == strings{"i", "ete", ",", "\u4e2d", "\u6587"});
  CHECK(words_of(text, {.strip_accents = false}) ==
        strings{"i\u0307", "\u00e9t\u00e9", ",", "\u4e2d", "\u6587"});
  CHECK(words_of(text, {.chinese = false, .lowercase = false}) ==
        strings{"I", "Ete", ",", "\u4e2d\u6587"});
  CHECK(words_of(text, {.clean = false}).back() == "\u200b");
  CHECK(words_of(" \t ", {}).empty());
}

TEST_CASE("vocab.txt makes the same tokenizer", "[wordpiece]") {
  const scratch_directory folder;
  const auto vocabulary = read(goldens / "wordpiece" / "tokenizer.json")["model"]["vocab"];
  strings lines(vocabulary.size());
  for (const auto& [token, id] : vocabulary.items()) lines.at(id.get<std::size_t>()) = token;
  {
    std::ofstream file(folder.path() / "vocab.txt");
    for (const std::string& line : lines) file << line << "\n";
  }
  const auto tokenizer = wordpiece::load(folder.path());
  CHECK(tokenizer.size() == static_cast<std::int32_t>(lines.size()));
  for (const auto& item : read(goldens / "wordpiece" / "cases.json"))
    CHECK(tokenizer.sentence(item["text"].get<std::string>(), 1000) == item["ids"].get<ids_t>());

  std::ofstream(folder.path() / "tokenizer_config.json") << R"({"do_lower_case": false})";
  CHECK(wordpiece::load(folder.path()).encode("A") != tokenizer.encode("A"));
  std::ofstream(folder.path() / "vocab.txt", std::ios::app) << "[PAD]\n";
  CHECK_THROWS_WITH(wordpiece::load(folder.path()), Contains("is '[PAD]', as a line before it"));
}

TEST_CASE("tokenizers of other kinds are refused by the part", "[wordpiece]") {
  CHECK_THROWS_WITH(wordpiece::load(goldens), Contains("neither tokenizer.json nor vocab.txt"));
  check_refused([](auto& root) { root["model"]["type"] = "BPE"; },
                "model.type is '\"BPE\"', but only \"WordPiece\" is supported");
  check_refused([](auto& root) { root["normalizer"]["type"] = "NFC"; }, "normalizer.type is ");
  check_refused([](auto& root) { root["normalizer"]["lowercase"] = 1; },
                "normalizer.lowercase is '1', but only true or false");
  check_refused([](auto& root) { root["pre_tokenizer"] = nullptr; }, "pre_tokenizer.type is ");
  check_refused([](auto& root) { root["post_processor"]["single"].erase(2); },
                "post_processor.single is ");
  check_refused([](auto& root) { root["model"]["max_input_chars_per_word"] = 0; },
                "model.max_input_chars_per_word is '0'");
  check_refused([](auto& root) { root["model"]["unk_token"] = "[none]"; },
                "has no token '[none]'; use the tokenizer of a BERT");
  check_refused([](auto& root) { root["added_tokens"][0]["normalized"] = true; },
                "the added token '[PAD]' is looked for in normalized text");
  check_refused([](auto& root) { root["model"]["continuing_subword_prefix"] = ""; },
                "model.continuing_subword_prefix is ");
}

TEST_CASE("a text that is no UTF-8 is refused with its place", "[wordpiece]") {
  const auto tokenizer = wordpiece::load(goldens / "wordpiece");
  CHECK_THROWS_WITH(tokenizer.encode("ab\xff"),
                    Contains("of 3 bytes is not valid UTF-8 at byte 2"));
}
