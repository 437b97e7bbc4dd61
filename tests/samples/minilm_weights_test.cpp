// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program with the real weights of all-MiniLM-L6-v2, whose directory TENON_MINILM_WEIGHTS
// names, against transformers in float64. They are 91 MB and not part of the repository.
#include <cstdlib>
#include <fstream>

#include "minilm_goldens.hpp"
#include "program.hpp"
#include "scratch.hpp"
#include "wordpiece/wordpiece.hpp"

TEST_CASE("the real all-MiniLM-L6-v2 gives what transformers makes of it", "[minilm]") {
  const char* const directory = std::getenv("TENON_MINILM_WEIGHTS");
  if (directory == nullptr) {
    WARN("[skipped] TENON_MINILM_WEIGHTS names no directory of all-MiniLM-L6-v2");
    return;
  }
  const path folder = goldens / "minilm";
  const scratch_directory files;
  {
    std::ofstream lines(files.path() / "lines.txt");
    for (const std::string& text : sentences_of(folder)) lines << text << "\n";
  }
  const outcome found = run_program(TENON_MINILM, {"embed", "--model", directory, "--file",
                                                   (files.path() / "lines.txt").string()});
  INFO(found.errors);
  REQUIRE(found.code == 0);
  const double greatest = difference(numbers_of(found.output), golden<float>(folder, "embedding"));
  INFO("greatest difference " << greatest);
  CHECK(greatest < 1e-6);
  std::ifstream cases(folder / "cases.json");
  const auto tokenizer = tenon::samples::wordpiece::load(directory);
  for (const auto& item : nlohmann::json::parse(cases))
    CHECK(tokenizer.sentence(item["text"].get<std::string>(), 256) == item["ids"].get<ids_t>());
}
