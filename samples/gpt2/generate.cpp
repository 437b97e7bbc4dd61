// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 generate`: directory and prompt in, text out.
#include "generate.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <random>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checkpoint/choose_model.hpp"
#include "checkpoint/ends_of_text.hpp"
#include "checkpoint/model_tokenizer.hpp"
#include "console/load_progress.hpp"
#include "console/standard_streams.hpp"
#include "generation/generator.hpp"
#include "model_error.hpp"
#include "profile/profile.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/stream_decoder.hpp"

namespace tenon::samples {
namespace {

// Added tokens that the model lacks matter where a prompt has them; other tokens tell that the
// tokenizer is another model's.
void check_vocabulary(const bpe& tokenizer, std::int32_t n_vocab) {
  if (tokenizer.vocabulary_size() > n_vocab)
    throw model_error(
        fmt::format("the tokenizer has {} tokens, the model {}; use the tokenizer of "
                    "this model",
                    tokenizer.vocabulary_size(), n_vocab));
  if (tokenizer.size() > n_vocab)
    note(
        fmt::format("warning: the tokenizer has added tokens up to {}, the model has {} tokens; a "
                    "prompt with those that it lacks will be refused\n",
                    tokenizer.size() - 1, n_vocab));
}

void check_known(std::span<const std::int32_t> prompt, const bpe& tokenizer, std::int32_t n_vocab) {
  for (const std::int32_t id : prompt)
    if (id >= n_vocab)
      throw model_error(
          fmt::format("the prompt has the token {}, {}, but the model has {} tokens; "
                      "leave it out, or use the tokenizer of this model",
                      id, shown(tokenizer.bytes_of(id)), n_vocab));
}

const char* explain(stop_reason why) {
  switch (why) {
    case stop_reason::end_of_text:
      return "the model ended the text";
    case stop_reason::context_full:
      return "the model's context is full";
    case stop_reason::not_wanted:
      return "standard output takes no more";
    case stop_reason::token_limit:
      break;
  }
  return "the number of tokens was reached";
}

double per_second(std::int64_t n, double seconds) {
  return seconds > 0 ? static_cast<double>(n) / seconds : 0;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Peak memory beside what it is made of. The cache and the arena are reserved as a whole, and only
// the part that is used takes memory.
void report_memory(const runtime::weights& weights) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const tenon_model& model = weights.model();
  std::uint64_t arena = 0;
  for (std::uint32_t i = 0; i < model.n_entries; ++i)
    arena = std::max(arena, model.entries[i].arena_bytes);
  note(fmt::format("memory  peak {:.0f} MB; weights {:.0f} MB, arena {:.0f} MB, cache {:.0f} MB\n",
                   static_cast<double>(usage.ru_maxrss) * 1024e-6,
                   static_cast<double>(weights.variant().weights_bytes) * 1e-6,
                   static_cast<double>(arena) * 1e-6,
                   static_cast<double>(weights.variant().state_bytes) * 1e-6));
}

void report(const generation& done, const runtime::weights& weights,
            const runtime::session& session, const sampling& how, double first_token) {
  note(fmt::format(
      "\nstart                 {:9.3f} s to the first token\n"
      "prompt  {:6} tokens {:9.3f} s {:9.1f} tokens/s\n"
      "decode  {:6} tokens {:9.3f} s {:9.1f} tokens/s\n"
      "stopped after {} new tokens: {}\n"
      "model {}, variant {}, threads {}, {}\n",
      first_token, done.n_prompt, done.prompt_seconds,
      per_second(done.n_prompt, done.prompt_seconds), done.n_steps, done.decode_seconds,
      per_second(done.n_steps, done.decode_seconds), done.n_generated, explain(done.stopped),
      weights.model().name, weights.variant().name, session.threads(),
      how.temperature == 0 ? "greedy" : fmt::format("seed {}", how.seed)));
}

// The file is opened before anything is computed: what cannot be written is to be known then. To
// open a pipe waits for somebody who reads it, which is said.
std::ofstream open_profile(const std::filesystem::path& path) {
  std::ofstream file;
  if (path.empty()) return file;
  const int at_once = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (at_once < 0 && errno == ENXIO)
    note(fmt::format("profile '{}' is a pipe: waiting for its reader\n", path.string()));
  file.open(path);
  if (at_once >= 0) close(at_once);
  if (!file)
    throw model_error(
        fmt::format("profile '{}' cannot be written; is its folder there, and may you "
                    "write to it?",
                    path.string()));
  return file;
}

void write_profile(std::ofstream& file, const std::filesystem::path& path,
                   const runtime::session& session, const tenon_model& model) {
  write_trace(file, session, model);
  file.close();
  if (!file)
    throw model_error(
        fmt::format("profile '{}' could not be written; is the disk full?", path.string()));
  standard_error.report(
      fmt::format("\n{}trace in {}: open it in chrome://tracing or ui.perfetto.dev\n",
                  profile_table(session, model, measure_limits(session.threads())), path.string()));
  standard_error.check();  // the table was asked for
}

}  // namespace

void run_generate(const generate_options& options) {
  const auto start = std::chrono::steady_clock::now();
  const wanted_model wanted = read_wanted_model(options.model);
  const auto models = all_compiled_models();
  const compiled_model& compiled = choose_model(options.model, wanted, models, options.compute);
  const model_sizes sizes{compiled.n_block, compiled.n_vocab};
  const bpe tokenizer = load_tokenizer(options.model);
  for (const std::string& warning : tokenizer.warnings())
    note(fmt::format("warning: {}\n", warning));
  check_vocabulary(tokenizer, compiled.n_vocab);
  const std::vector<std::int32_t> prompt = tokenizer.prompt(read_prompt(options.prompt));
  check_prompt(sizes, prompt);
  check_known(prompt, tokenizer, compiled.n_vocab);
  sampling how = options.how;
  how.seed = options.seed ? *options.seed : std::random_device{}();
  sampler choose(how, std::min(tokenizer.size(), compiled.n_vocab), tokenizer.ids_without_token());

  std::ofstream profile = open_profile(options.profile);

  load_progress progress;
  runtime::options placing{};
  placing.threads = options.threads;
  placing.progress = load_progress::told;
  placing.progress_context = &progress;
  const auto weights =
      checked(runtime::weights::load(*compiled.model, options.model.string(), placing));
  progress.finish();
  auto session = checked(runtime::create_session(*compiled.model, weights, placing));
  if (profile.is_open()) {
    const std::int64_t calls = std::min<std::int64_t>(options.n_tokens, compiled.n_block);
    check(runtime::record(session, static_cast<std::uint64_t>(calls) + 1));
  }

  stream_decoder decoder(tokenizer);
  std::string text;
  // What the tokenizer puts before a prompt is no part of the text.
  for (const std::int32_t id : std::span(prompt).subspan(tokenizer.opening().size()))
    text += decoder.push(id);
  if (options.stream) standard_output.write(std::exchange(text, {}));
  std::optional<double> first_token;  // seconds from the start
  const auto emit = [&](std::int32_t id) {
    if (!first_token) first_token = seconds_since(start);
    text += decoder.push(id);
    if (options.stream) standard_output.write(std::exchange(text, {}));
    return !standard_output.lost();
  };
  const generation done =
      generate(step_of(session), sizes, prompt, choose,
               {options.n_tokens, ends_of_text(options.model, tokenizer)}, emit);
  standard_output.write(text + decoder.flush() + "\n");
  report(done, weights, session, how, first_token.value_or(seconds_since(start)));
  report_memory(weights);
  if (profile.is_open()) write_profile(profile, options.profile, session, *compiled.model);
}

}  // namespace tenon::samples
