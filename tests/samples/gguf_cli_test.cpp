// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program with GGUF files: the same text as from the directories that they were made of.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "gguf_of_directory.hpp"
#include "program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;

namespace {

const std::filesystem::path goldens = std::filesystem::path(TENON_SOURCE_DIR) / "tests/goldens";

outcome run(const char* program, const std::string& command, const std::filesystem::path& model,
            std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{command, "--model", model.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(program, arguments);
}

}  // namespace

TEST_CASE("greedy text from a GGUF file of each family equals transformers'", "[gguf]") {
  const std::string family = GENERATE("llama", "qwen3", "neox", "bloom", "mixtral");
  const auto golden = nlohmann::json::parse(contents(goldens / family / "text.json"));
  const std::string prompt = golden.at("prompt"), continuation = golden.at("continuation");
  const scratch_directory folder;
  folder.write("model.gguf", gguf_of_directory(goldens / family, family));
  const auto file = folder.path() / "model.gguf";
  if (family == "mixtral") {  // SentencePiece's tokenizer is read beside the file
    const auto without = run(TENON_FAMILIES, "generate", file, {"-p", prompt});
    CHECK(without.code == 1);
    CHECK_THAT(without.errors, Contains("put the model's tokenizer.json beside the file"));
    folder.write("tokenizer.json", contents(goldens / family / "tokenizer.json"));
  }
  const auto found = run(TENON_FAMILIES, "generate", file, {"-p", prompt, "-n", "16", "--greedy"});
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK(found.output == prompt + continuation + "\n");
}

TEST_CASE("GPT-2 from a GGUF file says what it says from its directory", "[gguf]") {
  const auto directory = std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences";
  const scratch_directory folder;
  folder.write("model.gguf", gguf_of_directory(directory, "gpt2"));
  const auto file = folder.path() / "model.gguf";
  const std::vector<std::string> how{"-p", "This program is free software", "-n", "40", "--greedy"};
  const auto expected = run(TENON_GPT2, "generate", directory, how);
  REQUIRE(expected.code == 0);
  const auto found = run(TENON_GPT2, "generate", file, how);
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK(found.output == expected.output);
  CHECK(run(TENON_GPT2, "tokenize", file, {"-p", "caf\xC3\xA9 <|endoftext|>"}).output ==
        run(TENON_GPT2, "tokenize", directory, {"-p", "caf\xC3\xA9 <|endoftext|>"}).output);
  const auto listed = run(TENON_GPT2, "inspect", file);
  INFO(listed.output);
  CHECK(listed.code == 0);
  CHECK_THAT(listed.output, Contains("blk.0.attn_qkv.weight") && Contains("it loads\n"));
}

TEST_CASE("a GGUF file of other sizes is refused with the line that builds its model", "[gguf]") {
  const scratch_directory folder;
  folder.write("tiny.gguf", gguf_of_directory(goldens / "tiny_masks", "gpt2"));
  const auto found = run(TENON_GPT2, "generate", folder.path() / "tiny.gguf", {"-p", "x"});
  CHECK(found.code == 1);
  CHECK_THAT(found.errors, Contains("tiny.gguf: no compiled model fits") &&
                               Contains("gpt_tiny:gpt2,n_layer=2,n_head=2,n_embd=32,n_vocab=65,"
                                        "n_block=32,act=gelu_new,epsilon=1e-05"));
}
