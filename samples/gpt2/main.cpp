// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gpt2: text from checkpoints in the form of Hugging Face, with models compiled by Tenon.
// Exit codes: 0 done, 1 an error or a checkpoint that does not load, 2 a wrong command line.
#include <cstdio>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <tenon/runtime/model.hpp>

#include "console/command_line.hpp"
#include "generate.hpp"
#include "inspect.hpp"
#include "tokenize.hpp"

namespace {

using namespace tenon::samples;

void add_prompt(CLI::App& command, prompt_source& from, const char* text) {
  auto* prompt = command.add_option("-p,--prompt", from.text, text);
  command.add_option("--prompt-file", from.file, "read it from a file, - for stdin")
      ->excludes(prompt);
}

void add_generate(CLI::App& command, generate_options& options) {
  command.add_option("-m,--model", options.model, "Hugging Face directory of a model")->required();
  add_prompt(command, options.prompt, "the text to continue");
  command.add_option("-n,--tokens", options.n_tokens, "generate at most so many tokens")
      ->transform(whole_number(1, 1 << 30))
      ->capture_default_str();
  command
      .add_option("--temperature", options.how.temperature, "0 always takes the likeliest token")
      ->transform(real_number(0, 100))
      ->capture_default_str();
  command.add_option("--top-k", options.how.top_k, "sample among the k likeliest tokens; 0: all")
      ->transform(whole_number(0, 1 << 30))
      ->capture_default_str();
  command.add_option("--top-p", options.how.top_p, "then among the likeliest with this share")
      ->transform(real_number(1e-9, 1))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "equal seeds give equal text (default: a new one)")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  command.add_flag_callback(
      "--greedy", [&] { options.how.temperature = 0; }, "same as --temperature 0");
  const std::map<std::string, tenon_dtype> types{{"f32", TENON_F32}, {"bf16", TENON_BF16}};
  command.add_option("--compute", options.compute, "f32, or bf16 if it was compiled in")
      ->transform(CLI::CheckedTransformer(types).description("f32|bf16"))
      ->default_str("f32");
  add_threads(command, options.threads);
  command.add_option("--profile", options.profile,
                     "write a Chrome trace of all kernels there, and a table to standard error");
  command.add_flag("!--no-stream", options.stream, "print the text at the end, not as it comes");
}

std::string compiled_in() {
  std::string text = "Compiled in:";
  for (const tenon::runtime::model& each : tenon::runtime::linked_models())
    text.append(" ").append(each.name());
  return text + " (CMake option TENON_SAMPLES_GPT2)";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Generates text with GPT-2 and other decoders"};
  app.footer(compiled_in());

  generate_options options;
  CLI::App* generate = app.add_subcommand("generate", "continue a prompt");
  add_generate(*generate, options);

  std::filesystem::path directory;
  CLI::App* inspect =
      app.add_subcommand("inspect", "list a checkpoint beside what the model wants");
  inspect->add_option("-m,--model", directory, "Hugging Face directory of a model")->required();

  prompt_source text;
  CLI::App* tokenize = app.add_subcommand("tokenize", "show the tokens of a text");
  tokenize->add_option("-m,--model", directory, "directory with a tokenizer")->required();
  add_prompt(*tokenize, text, "the text");

  return run_command(app, argc, argv, [&] {
    if (*tokenize) return run_tokenize(directory, text), 0;
    if (*inspect) return run_inspect(directory) ? 0 : 1;
    run_generate(options);
    return 0;
  });
}
