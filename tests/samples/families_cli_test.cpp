// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program with models of other families than GPT-2: directories as Hugging Face has them.
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;

namespace {

const std::filesystem::path goldens = std::filesystem::path(TENON_SOURCE_DIR) / "tests/goldens";

outcome run(const std::string& command, const std::filesystem::path& model,
            std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{command, "--model", model.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(TENON_FAMILIES, arguments);
}

}  // namespace

TEST_CASE("greedy text of each family equals transformers'", "[families]") {
  const std::string family =
      GENERATE("llama", "qwen3", "neox", "gptj", "bloom", "gemma2", "mixtral");
  const auto golden = nlohmann::json::parse(contents(goldens / family / "text.json"));
  const std::string prompt = golden.at("prompt"), continuation = golden.at("continuation");
  const auto found = run("generate", goldens / family, {"-p", prompt, "-n", "16", "--greedy"});
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK(found.output == prompt + continuation + "\n");
  // What the tokenizer puts before a prompt is there for the model.
  std::string ids;
  for (const int id : golden.at("ids").get<std::vector<int>>()) ids += std::to_string(id) + " ";
  std::string shown;
  std::istringstream lines(run("tokenize", goldens / family, {"-p", prompt}).output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string id;
    words >> id;
    shown += id + " ";
  }
  CHECK(shown == ids);
}

TEST_CASE("a directory of a family is listed and loads", "[families]") {
  const auto llama = run("inspect", goldens / "llama");
  INFO(llama.output);
  CHECK(llama.code == 0);
  CHECK_THAT(llama.output, Contains("layers.0.self_attn.q_proj.weight") && Contains("it loads\n") &&
                               Contains("rope_parameters.rope_type") &&
                               Contains("layers.1.self_attn.rotary_emb.inv_freq") &&
                               Contains("ignored"));
  for (const char* family : {"qwen3", "neox", "gptj", "bloom", "gemma2", "mixtral"}) {
    const auto found = run("inspect", goldens / family);
    INFO(found.output);
    CHECK(found.code == 0);
  }
  CHECK_THAT(run("inspect", goldens / "neox").output,
             Contains("layers.1.attention.masked_bias") && Contains("rope_parameters.rope_theta"));
}

TEST_CASE("the end of a text is the one that the configuration names", "[families]") {
  const auto golden = nlohmann::json::parse(contents(goldens / "llama/text.json"));
  const scratch_directory directory;
  for (const char* name : {"config.json", "model.safetensors", "tokenizer.json"})
    directory.write(name, contents(goldens / "llama" / name));
  const std::vector<std::string> how{"-p", golden.at("prompt"), "-n", "16", "--greedy"};
  const auto whole = run("generate", directory.path(), how);
  CHECK_THAT(whole.errors, Contains("after 16 new tokens"));
  // Another token of the text ends it now; a list of them counts, too.
  const auto ids = golden.at("generated").get<std::vector<int>>();
  const auto end = "\"eos_token_id\": " + std::to_string(ids[5]);
  directory.replace("config.json", "\"eos_token_id\": 344", end);
  CHECK_THAT(run("generate", directory.path(), how).errors,
             Contains("after 5 new tokens: the model ended the text"));
  directory.write("generation_config.json",
                  "{\"eos_token_id\": [344, " + std::to_string(ids[3]) + "]}");
  CHECK_THAT(run("generate", directory.path(), how).errors,
             Contains("after 3 new tokens: the model ended the text"));
  directory.write("generation_config.json", "{\"eos_token_id\": \"x\"}");
  const auto wrong = run("generate", directory.path(), how);
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.errors, Contains("generation_config.json") && Contains("eos_token_id"));
}
