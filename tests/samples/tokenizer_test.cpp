// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokenizer against Hugging Face's ids, both ways, and the streaming decoder.
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tokenizer_goldens.hpp"

using namespace tenon::samples;

namespace {

const bpe& licences() {
  static const bpe tokenizer = bpe::load(source / "samples" / "checkpoint" / "licences");
  return tokenizer;
}

}  // namespace

TEST_CASE("encode gives Hugging Face's ids", "[tokenizer]") {
  // The same vocabulary in both forms: vocab.json + merges.txt, and tokenizer.json.
  const bpe other_form = bpe::load(goldens / "bpe");
  CHECK(licences().size() == 1024);
  CHECK(other_form.size() == 1024);
  CHECK(licences().find("<|endoftext|>") == 1023);
  for (const char* name : {"cases.json", "repeated.json"}) {
    for (const auto& [text, ids, decoded] : read_cases(goldens / "bpe" / name)) {
      INFO(name << ": " << text.substr(0, 60));
      CHECK(licences().encode(text) == ids);
      CHECK(licences().encode(text) == ids);  // now from the cache
      CHECK(other_form.encode(text) == ids);
      CHECK(licences().decode(ids) == text);
      CHECK(streamed(licences(), ids) == text);
    }
  }
}

TEST_CASE("words end where Hugging Face's end", "[tokenizer]") {
  // Merges of this vocabulary tell two words from one; a trained one hides most borders.
  const bpe tokenizer = bpe::load(goldens / "bpe_words");
  for (const auto& [text, ids, decoded] : read_cases(goldens / "bpe_words" / "cases.json")) {
    INFO(text);
    CHECK(tokenizer.encode(text) == ids);
  }
}

TEST_CASE("added tokens are found before words, the leftmost and longest first", "[tokenizer]") {
  const bpe tokenizer = bpe::load(goldens / "bpe_added");
  for (const auto& [text, ids, decoded] : read_cases(goldens / "bpe_added" / "cases.json")) {
    INFO(text);
    CHECK(tokenizer.encode(text) == ids);
    CHECK(tokenizer.decode(ids) == text);
  }
}

TEST_CASE("decode replaces broken characters as Hugging Face does", "[tokenizer]") {
  for (const auto& [text, ids, decoded] : read_cases(goldens / "bpe" / "broken.json")) {
    INFO(text);
    CHECK(licences().decode(ids) == text);
    CHECK(streamed(licences(), ids) == text);
  }
}

TEST_CASE("every code point survives encode and decode", "[tokenizer]") {
  std::string text;
  for (unsigned point = 0; point < 0x110000; point += point < 0x3000 ? 1 : 37) {
    if (point >= 0xD800 && point < 0xE000) continue;
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else {
      if (point < 0x800) {
        text += static_cast<char>(0xC0 | point >> 6);
      } else if (point < 0x10000) {
        text +=
            {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F))};
      } else {
        text +=
            {static_cast<char>(0xF0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 0x3F)),
             static_cast<char>(0x80 | (point >> 6 & 0x3F))};
      }
      text += static_cast<char>(0x80 | (point & 0x3F));
    }
    if (point % 5 == 0) text += ' ';
  }
  const ids_t ids = licences().encode(text);
  CHECK(licences().decode(ids) == text);
  CHECK(streamed(licences(), ids) == text);
}

TEST_CASE("the streaming decoder holds back nothing that is certain", "[tokenizer]") {
  const std::string text =
      "a\xF0\x9F\x98\x80"
      "b\xC3\xA9\xE4\xB8\x96"
      "c";
  const ids_t ids = licences().encode(text);
  REQUIRE(ids.size() == text.size());  // no merges: each id is a byte
  for (std::size_t split = 0; split <= ids.size(); ++split) {
    stream_decoder stream(licences());
    std::string head;
    for (std::size_t i = 0; i < split; ++i) head += stream.push(ids[i]);
    // All whole characters of the first `split` bytes, and no more.
    std::size_t whole = split;
    while (whole > 0 &&
           first_invalid_utf8(std::string_view(text).substr(0, whole)) != std::string_view::npos) {
      --whole;
    }
    CHECK(head == text.substr(0, whole));

    stream_decoder cut = stream;  // the text ends here
    CHECK(head + cut.flush() == licences().decode(std::span(ids).first(split)));
    CHECK(cut.push(ids[0]) == "a");  // as new after the flush

    for (std::size_t i = split; i < ids.size(); ++i) head += stream.push(ids[i]);
    CHECK(head + stream.flush() == text);
  }
}

TEST_CASE("text that is not UTF-8 is refused with the place", "[tokenizer]") {
  struct bad_text {
    std::string text;
    std::size_t offset;
  };
  const std::vector<bad_text> texts = {
      {"ab\x80", 2},           {"ab\xC3", 2},        {"\xC0\xAF", 0},         {"x\xE0\x80\x80", 1},
      {"\xED\xA0\x80", 0},     {"\xF0\x9F\x98", 0},  {"\xF4\x90\x80\x80", 0}, {"ok\xFF", 2},
      {"\xF0\x80\x80\x80", 0}, {"a\xE2\x28\xA1", 1}, {"\xF5\x80\x80\x80", 0},
  };
  for (const auto& [text, offset] : texts) {
    CHECK(first_invalid_utf8(text) == offset);
    CHECK_THROWS_WITH(licences().encode(text),
                      Catch::Contains("at byte " + std::to_string(offset)) &&
                          Catch::Contains(std::to_string(text.size()) + " bytes"));
  }
}

TEST_CASE("ids outside the vocabulary are refused", "[tokenizer]") {
  for (const std::int32_t id : {-1, 1024, 2147483647, -2147483647}) {
    const auto message =
        Catch::Contains("id " + std::to_string(id) + " is outside the vocabulary of 1024");
    CHECK_THROWS_WITH(licences().decode(ids_t{0, id}), message);
    stream_decoder stream(licences());
    CHECK_THROWS_WITH(stream.push(id), message);
    CHECK(stream.push(licences().encode("x")[0]) == "x");  // still usable
  }
}

TEST_CASE("long words and runs take time in proportion", "[tokenizer]") {
  // Quadratic merging would take hours here; the check is on the result.
  for (const std::string unit : {"the", " ", "!", "7", "\xC3\xA9", "\xE3\x80\x80"}) {
    std::string text;
    for (int i = 0; i < 300000; ++i) text += unit;
    CHECK(licences().decode(licences().encode(text + "x")) == text + "x");
  }
}

TEST_CASE("concurrent calls give the same ids", "[tokenizer]") {
  const bpe tokenizer = bpe::load(goldens / "bpe");
  const auto cases = read_cases(goldens / "bpe" / "cases.json");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (auto& count : wrong) {
    threads.emplace_back([&] {
      for (const auto& [text, ids, decoded] : cases) count += tokenizer.encode(text) != ids;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
