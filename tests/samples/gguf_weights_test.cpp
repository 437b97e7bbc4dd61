// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights from a GGUF file have the bits of those from the directory that it was made of.
#include <cstring>

#include <catch2/catch.hpp>
#include <tenon/runtime/model.hpp>
#include <tenon/runtime/weights.hpp>

#include "gguf_of_directory.hpp"
#include "scratch.hpp"

namespace rt = tenon::runtime;

TEST_CASE("weights from a GGUF file are those of the directory", "[goldens][gguf]") {
  const std::string name =
      GENERATE("tiny_masks", "llama", "qwen3", "neox", "bloom", "gemma2", "mixtral");
  INFO(name);
  const auto directory = std::filesystem::path(TENON_SOURCE_DIR) / "tests/goldens" / name;
  const scratch_directory folder;
  folder.write("model.gguf", gguf_of_directory(directory, name == "tiny_masks" ? "gpt2" : name));
  const auto model = rt::find_model(name.c_str());
  REQUIRE(model);
  const auto expected = rt::weights::load(*model, directory.string());
  REQUIRE(expected);
  const auto found = rt::weights::load(*model, (folder.path() / "model.gguf").string());
  INFO(found.message());
  REQUIRE(found);
  CHECK(std::memcmp(found->data(), expected->data(), expected->variant().weights_bytes) == 0);
}
