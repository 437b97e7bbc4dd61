// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokenizers as Llama, Qwen, Mistral and Gemma have them: Hugging Face's ids, both ways.
#include <array>
#include <set>

#include <catch2/catch.hpp>

#include "tokenizer/normalizer.hpp"
#include "tokenizer/word_pattern.hpp"
#include "tokenizer_goldens.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

constexpr std::array families{"bpe_llama3", "bpe_qwen", "bpe_llama2", "bpe_mistral", "bpe_gemma"};

std::vector<std::string_view> split(const std::vector<std::string>& patterns,
                                    std::string_view text) {
  std::vector<std::string_view> words;
  pre_tokenizer(patterns).split(text, words);
  return words;
}

}  // namespace

TEST_CASE("encode and decode are Hugging Face's for each family", "[tokenizer]") {
  const std::string family = GENERATE(from_range(families));
  const bpe tokenizer = bpe::load(goldens / family);
  std::set<std::int32_t> used;
  std::size_t changed = 0;
  for (const auto& [text, ids, decoded] : read_cases(goldens / family / "cases.json")) {
    INFO(family << ": " << text);
    CHECK(tokenizer.encode(text) == ids);
    CHECK(tokenizer.encode(text) == ids);  // now from the cache
    CHECK(tokenizer.decode(ids) == decoded);
    CHECK(streamed(tokenizer, ids) == decoded);
    used.insert(ids.begin(), ids.end());
    changed += decoded != text;
  }
  CHECK(used.size() > 200);
  CHECK((changed > 0) == (family != "bpe_llama3"));
}

TEST_CASE("what stands before every text is told apart from it", "[tokenizer]") {
  const auto opening = [](const char* family) {
    const bpe tokenizer = bpe::load(goldens / family);
    return ids_t(tokenizer.opening().begin(), tokenizer.opening().end());
  };
  CHECK(opening("bpe_llama3") == ids_t{343});
  CHECK(opening("bpe_llama2") == ids_t{1});
  CHECK(opening("bpe_mistral") == ids_t{1});
  CHECK(opening("bpe_qwen").empty());
}

TEST_CASE("bytes across tokens that are no text become U+FFFD, their neighbours stay",
          "[tokenizer]") {
  const std::string family = GENERATE(from_range(families));
  const bpe tokenizer = bpe::load(goldens / family);
  for (const auto& [text, ids, decoded] : read_cases(goldens / family / "broken.json")) {
    INFO(family << ": " << text);
    CHECK(tokenizer.decode(ids) == text);
    CHECK(streamed(tokenizer, ids) == text);
  }
}

TEST_CASE("the space that encoding puts in front is dropped once", "[tokenizer]") {
  const bpe tokenizer = bpe::load(goldens / "bpe_llama2");
  for (const std::string text : {"a", " a", "  a", " ", "   "}) {
    const ids_t ids = tokenizer.encode(text);
    CHECK(tokenizer.decode(ids) == text);
    CHECK(streamed(tokenizer, ids) == text);
  }
  stream_decoder stream(tokenizer);
  const std::int32_t space = *tokenizer.find("\u2581");
  CHECK(stream.push(space) == "");
  CHECK(stream.push(space) == " ");
  CHECK(stream.flush() == "");
  CHECK(stream.push(space) == "");  // as new after the flush
}

TEST_CASE("text is composed where a tokenizer asks for NFC", "[tokenizer]") {
  CHECK(nfc("e\u0301") == "\u00e9");
  CHECK(nfc("q\u0307\u0323") == "q\u0323\u0307");  // no whole character: marks in order
  CHECK(nfc("\u1112\u1161\u11ab") == "\ud55c");    // Hangul
  CHECK(nfc("\u0958") == "\u0915\u093c");          // one that stays in parts
  CHECK(nfc(std::string_view("a\0e\u0301", 5)) == std::string_view("a\0\u00e9", 4));
  CHECK(nfc("") == "");
}

TEST_CASE("a word pattern that PCRE2 might read otherwise is refused with its part",
          "[tokenizer]") {
  const auto translated = [](const char* regex) { return word_pattern("t.json", regex); };
  CHECK(translated(R"([^\s\p{L}]+\S{1,3}(?!\s)\u00e9)") ==
        R"([^\p{White_Space}\p{L}]+\P{White_Space}{1,3}(?!\p{White_Space})\x{00e9})");
  const auto refused = [&](const char* regex, const char* part) {
    CHECK_THROWS_WITH(translated(regex), Contains("t.json: the word pattern ") &&
                                             Contains(std::string("has '") + part + "', which"));
  };
  refused(R"(\w+)", R"(\w)");
  refused(R"(a\b)", R"(\b)");
  refused(".+", ".");
  refused("^a", "^");
  refused("a$", "$");
  refused("[[:alpha:]]", "[:");
  refused("[a&&b]", "&&");
  refused("[]a]", "[]");
  refused("[a", "[");
  refused("a{,3}", "{,3");
  refused("a{2}+", "{2");
  refused("a{", "{");
  refused("(?m:a)", "(?m:");
  refused(R"(\p)", R"(\p)");
  refused(R"(\u12)", R"(\u)");
  refused("a\\", R"(\)");
  CHECK_THROWS_WITH(pre_tokenizer({"(a"}),
                    Contains("PCRE2 cannot compile the word pattern '(a' at offset 2: "));
  CHECK_THROWS_WITH(split({"a*"}, "baa"),
                    Contains("at byte 0 of 3: the pattern matches no letter"));
  CHECK(split({"a+", "\\d"}, "baa1c2") == std::vector<std::string_view>{"b", "aa", "1", "c", "2"});
}
