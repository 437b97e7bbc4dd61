// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// minilm: embeddings of sentences, with BERTs compiled by Tenon.
// Exit codes: 0 done, 1 an error or a checkpoint that does not load, 2 a wrong command line.
#include <string>

#include <CLI/CLI.hpp>
#include <tenon/runtime/model.hpp>

#include "console/command_line.hpp"
#include "embed.hpp"

namespace {

using namespace tenon::samples;

void add_options(CLI::App& command, embed_options& options) {
  command.add_option("-m,--model", options.model, "Hugging Face directory of an encoder")
      ->required();
  command.add_option("sentences", options.sentences, "texts");
  command.add_option("--file", options.file, "read texts from a file, one a line; - for stdin")
      ->excludes("sentences");
  add_threads(command, options.threads);
}

std::string compiled_in() {
  std::string text = "Compiled in:";
  for (const tenon::runtime::model& each : tenon::runtime::linked_models())
    text.append(" ").append(each.name());
  return text + " (CMake option TENON_SAMPLES_MINILM)";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Embeddings of sentences with all-MiniLM-L6-v2 and other BERTs"};
  app.footer(compiled_in());

  embed_options options;
  CLI::App* embed = app.add_subcommand("embed", "print an embedding for each text, a line each");
  add_options(*embed, options);
  CLI::App* similar =
      app.add_subcommand("similar", "print how near each text is to each other, as cosines");
  add_options(*similar, options);

  return run_command(app, argc, argv, [&] {
    if (*similar)
      run_similar(options);
    else
      run_embed(options);
    return 0;
  });
}
