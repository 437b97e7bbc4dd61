// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `nanogpt prepare`: bytes against a file made by hand, and texts that it refuses.
#include "prepare.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "scratch.hpp"
#include "text/vocabulary.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

const std::filesystem::path source = TENON_SOURCE_DIR;

std::string message_of(const prepare_options& options) {
  try {
    run_prepare(options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was wrong";
}

}  // namespace

TEST_CASE("characters are numbered by code point, and the first 90 % train") {
  const scratch_directory folder;
  folder.write("text",
               "bca\nb\xc3\xa9 b\xe2\x82\xac"
               "cb");  // b c a \n b é space b € c b
  run_prepare({{folder.path() / "text"}, folder.path() / "out", {}, {}});
  // 11 characters, int(11 * 0.9) = 9; sorted: \n, space, a, b, c, é, €.
  using namespace std::string_literals;
  CHECK(contents(folder.path() / "out/train.bin") == "\3\0\4\0\2\0\0\0\3\0\5\0\1\0\3\0\6\0"s);
  CHECK(contents(folder.path() / "out/val.bin") == "\4\0\3\0"s);
  CHECK(contents(folder.path() / "out/meta.json") ==
        "{\"kind\":\"characters\",\"vocab_size\":7,\"symbols\":[\"\\n\",\" \",\"a\",\"b\",\"c\","
        "\"\xc3\xa9\",\"\xe2\x82\xac\"]}\n");
  const vocabulary tokens = vocabulary::load(folder.path() / "out");
  CHECK(tokens.size() == 7);
  const std::vector<std::int32_t> ids = tokens.encode("\xe2\x82\xac a");
  CHECK(ids == std::vector<std::int32_t>{6, 1, 2});
  text_stream stream(tokens);
  std::string text;
  for (const std::int32_t id : ids) text += stream.push(id);
  CHECK(text + stream.flush() == "\xe2\x82\xac a");
  CHECK_THROWS_WITH(tokens.encode("ax"), Contains("the character 'x' is not among the 7"));
}

TEST_CASE("several texts are one") {
  const scratch_directory folder;
  folder.write("a", "abcde");
  folder.write("b", "fghij");
  run_prepare({{folder.path() / "a", folder.path() / "b"}, folder.path() / "out", {}, {}});
  CHECK(contents(folder.path() / "out/train.bin").size() == 18);
  CHECK(vocabulary::load(folder.path() / "out").size() == 10);
}

TEST_CASE("byte pairs come from GPT-2's tokenizer, each part encoded for itself") {
  const scratch_directory folder;
  const std::filesystem::path given = source / "samples/checkpoint/licences";
  const std::string text = "You may convey a work under the terms of the License.";
  folder.write("text", text);
  const std::filesystem::path out = folder.path() / "out";
  std::filesystem::create_directories(out / "vocabulary.tmp/mine");
  run_prepare({{folder.path() / "text"}, out, given / "vocab.json", given / "merges.txt"});
  const bpe tokenizer = bpe::load(given);
  const auto expected = [&](std::string_view part) {
    std::string bytes;
    for (const std::int32_t id : tokenizer.encode(part)) {
      bytes += static_cast<char>(id & 0xff);
      bytes += static_cast<char>(id >> 8);
    }
    return bytes;
  };
  CHECK(contents(out / "train.bin") == expected(text.substr(0, 47)));
  CHECK(contents(out / "val.bin") == expected(text.substr(47)));
  CHECK(contents(out / "vocab.json") == contents(given / "vocab.json"));
  CHECK(contents(out / "merges.txt") == contents(given / "merges.txt"));
  CHECK(std::filesystem::exists(out / "vocabulary.tmp/mine"));
  CHECK(std::distance(std::filesystem::directory_iterator(out), {}) == 6);  // and five files
  const vocabulary tokens = vocabulary::load(out);
  CHECK(tokens.is_bpe());
  CHECK(tokens.size() == 1024);
  CHECK(tokens.end_of_text() == 1023);
}

TEST_CASE("texts and vocabularies that will not do are refused, and what was there stays") {
  const scratch_directory folder;
  const auto with = [&](const std::string& text) {
    folder.write("text", text);
    return message_of({{folder.path() / "text"}, folder.path() / "out", {}, {}});
  };
  CHECK_THAT(with(""), Contains("the text is empty"));
  CHECK_THAT(with("abc\xff"), Contains("text: byte 3 is no UTF-8"));
  CHECK_THAT(message_of({{folder.path() / "none"}, folder.path() / "out", {}, {}}),
             Contains("none' is not a file"));
  std::string many;
  for (int point = 0x10000; point <= 0x20001; ++point)
    many += {static_cast<char>(0xf0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 63)),
             static_cast<char>(0x80 | (point >> 6 & 63)), static_cast<char>(0x80 | (point & 63))};
  CHECK_THAT(with(many), Contains("the vocabulary has 65538 tokens, at most 65536 can be stored"));

  CHECK(with("abc") == "nothing was wrong");
  folder.write("vocab", "{\"a\": 0}");
  folder.write("merges", "a b\n");
  CHECK_THAT(message_of({{folder.path() / "text"},
                         folder.path() / "out",
                         folder.path() / "vocab",
                         folder.path() / "merges"}),
             Contains("merges.txt"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "out/vocab.json"));
  CHECK(vocabulary::load(folder.path() / "out").size() == 3);
}

TEST_CASE("a vocabulary's file may say anything") {
  const scratch_directory folder;
  const auto message = [&](const std::string& meta) {
    folder.write("meta.json", meta);
    try {
      (void)vocabulary::load(folder.path());
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("nothing was wrong");
  };
  CHECK_THROWS_WITH(vocabulary::load(folder.path()), Contains("has no meta.json"));
  CHECK_THAT(message("{"), Contains("is not valid JSON"));
  CHECK_THAT(message("[]"), Contains("there is no kind of vocabulary"));
  CHECK_THAT(message(R"({"kind":"words"})"), Contains("'words' is neither characters nor bpe"));
  CHECK_THAT(message(R"({"kind":"characters","symbols":[]})"), Contains("no symbols"));
  CHECK_THAT(message(R"({"kind":"characters","symbols":["a","bc"]})"),
             Contains("'bc' is not one character"));
  CHECK_THAT(message(R"({"kind":"characters","symbols":["a",""]})"), Contains("not one character"));
  CHECK_THAT(message(R"({"kind":"characters","symbols":["a","a"]})"), Contains("there twice"));
  CHECK_THAT(message(R"({"kind":"characters","symbols":[1]})"), Contains("a symbol is no string"));
  CHECK_THAT(message(R"({"kind":"bpe"})"), Contains("vocab.json"));
  CHECK(message(R"({"kind":"characters","symbols":["a","\n"]})") == "nothing was wrong");
}
