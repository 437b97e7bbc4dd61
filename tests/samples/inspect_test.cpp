// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gpt2 inspect: a verdict for every key and tensor, and an exit code.
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include "gpt2_program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::Matches;

namespace {

outcome inspect(const std::filesystem::path& directory) {
  return run_gpt2({"inspect", "--model", directory.string()});
}

// The line of the output about a name, blanks squeezed; empty if there is none.
std::string line_about(const outcome& found, const std::string& name) {
  const std::size_t at = found.output.find("  " + name + " ");
  if (at == std::string::npos) return "";
  std::string line;
  for (std::size_t i = at + 2; found.output[i] != '\n'; ++i)
    if (found.output[i] != ' ' || line.back() != ' ') line += found.output[i];
  return line;
}

}  // namespace

TEST_CASE("a checkpoint that fits is listed and loads", "[inspect]") {
  const auto found =
      inspect(std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences");
  CHECK(found.code == 0);
  CHECK(line_about(found, "n_layer") == "n_layer 3 ok");
  CHECK(line_about(found, "activation_function") == "activation_function \"gelu_new\" ok");
  CHECK(line_about(found, "wte.weight") == "wte.weight F32 [1024, 96] ok");
  CHECK(line_about(found, "h.2.mlp.c_fc.weight") == "h.2.mlp.c_fc.weight F32 [96, 384] ok");
  CHECK_THAT(found.output, Contains("tokenizer: 1024 tokens") && Contains("it loads\n"));
}

TEST_CASE("missing, unexpected and misshaped tensors are told apart", "[inspect]") {
  const auto directory = scratch_directory::with_checkpoint();
  // The same number of bytes, so that the file stays well-formed.
  directory.replace("model.safetensors", "h.1.ln_1.bias", "h.1.ln_x.bias");
  directory.replace("model.safetensors", "[256,96]", "[96,256]");
  const auto found = inspect(directory.path());
  CHECK(found.code == 1);
  CHECK(line_about(found, "h.1.ln_1.bias") == "h.1.ln_1.bias - [96] MISSING");
  CHECK(line_about(found, "h.1.ln_x.bias") == "h.1.ln_x.bias F32 [96] UNEXPECTED");
  CHECK(line_about(found, "wpe.weight") ==
        "wpe.weight F32 [96, 256] MISSHAPED: the model has [256, 96]");
  CHECK_THAT(found.output, Contains("it does not load"));
}

TEST_CASE("config keys that do not fit are marked", "[inspect]") {
  const auto directory = scratch_directory::with_checkpoint();
  directory.replace("config.json", "\"n_head\": 3", "\"n_head\": 6");
  directory.replace("config.json", "\"n_inner\": null", "\"scale_attn_weights\": false");
  const auto found = inspect(directory.path());
  CHECK(found.code == 1);
  CHECK(line_about(found, "n_head") == "n_head 6 NOT COMPILED IN: n_head is 6, 'licences' has 3");
  CHECK_THAT(line_about(found, "scale_attn_weights"),
             Contains("scale_attn_weights false REFUSED: "));
}

TEST_CASE("tensors to ignore are marked, shards are read", "[inspect]") {
  const auto goldens = std::filesystem::path(TENON_SOURCE_DIR) / "tests/goldens";
  const auto masks = inspect(goldens / "tiny_masks");
  CHECK(masks.code == 1);  // not compiled in
  CHECK_THAT(line_about(masks, "h.0.attn.bias"), Contains("ignored"));
  const auto sharded = inspect(goldens / "tiny_sharded_erf");
  CHECK_THAT(line_about(sharded, "h.1.mlp.c_proj.bias"), Contains("[64]"));
  CHECK_THAT(sharded.output, Contains("tiny_sharded_erf:gpt2,n_layer=2,n_head=4,n_embd=64,"));
}

TEST_CASE("a damaged file is an error, not a list", "[inspect]") {
  const auto directory = scratch_directory::with_checkpoint();
  directory.write("model.safetensors", "damaged");
  const auto found = inspect(directory.path());
  CHECK(found.code == 1);
  CHECK_THAT(found.errors, Contains("has 7 bytes, a safetensors file has at least 8"));
}

TEST_CASE("what is no file is not waited for", "[inspect]") {
  for (const char* name : {"model.safetensors", "config.json", "vocab.json"}) {
    const auto directory = scratch_directory::with_checkpoint();
    std::filesystem::remove(directory.path() / name);
    REQUIRE(mkfifo((directory.path() / name).c_str(), 0600) == 0);
    const auto found = run_program(
        "/usr/bin/timeout", {"60", TENON_GPT2, "inspect", "--model", directory.path().string()});
    CHECK(found.code == 1);
    CHECK_THAT(found.output + found.errors,
               Contains(std::string(name)) && Contains("is not a regular file"));
  }
}

TEST_CASE("types that are not known are shown as the file names them", "[inspect]") {
  const auto directory = scratch_directory::with_checkpoint();
  directory.replace("model.safetensors", R"("h.1.ln_1.bias":{"dtype":"F32")",
                    R"("h.1.ln_1.bias":{"dtype":"F4 ")");
  const auto found = inspect(directory.path());
  CHECK(found.code == 1);
  CHECK_THAT(line_about(found, "h.1.ln_1.bias"), Contains("F4 [96] WRONG TYPE"));
  CHECK_THAT(found.output, Contains("it does not load: ") &&
                               Contains("h.1.ln_1.bias is F4  [96] where the model has F32 [96]"));
}

TEST_CASE("escapes of a file reach no terminal, not even later", "[inspect]") {
  const auto directory = scratch_directory::with_checkpoint();
  directory.replace("model.safetensors", "h.1.ln_1.bias", "h.1.\\u001b[2J");
  directory.replace("config.json", "\"gelu_new\"", "\"gelu_\\u009b31m\"");
  const auto found = inspect(directory.path());
  CHECK_THAT(found.output, Contains("h.1.\\x1b[2J"));
  CHECK((found.output + found.errors).find('\x1b') == std::string::npos);
  CHECK((found.output + found.errors).find('\x9b') == std::string::npos);
}
