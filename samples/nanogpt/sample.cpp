// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `nanogpt sample`; see sample.hpp.
#include "sample.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tenon/runtime/session.hpp>

#include "checkpoint/choose_model.hpp"
#include "compiled_gpt.hpp"
#include "console/standard_streams.hpp"
#include "generation/generator.hpp"
#include "model_error.hpp"
#include "model_folder.hpp"

namespace tenon::samples {
namespace {

compiled_gpt find_model(const std::filesystem::path& folder) {
  const wanted_model wanted = read_wanted_model(folder);
  std::vector<std::string> least;
  for (const compiled_gpt& each : compiled_models()) {
    std::vector<std::string> differing = differences(wanted, read_compiled_model(*each.model));
    if (differing.empty()) return each;
    if (least.empty() || differing.size() < least.size()) least = std::move(differing);
  }
  throw model_error(fmt::format("'{}': no compiled model fits: {}; add it to TENON_SAMPLES_NANOGPT",
                                folder.string(), fmt::join(least, ", ")));
}

}  // namespace

void run_sample(const sample_options& options) {
  const std::filesystem::path folder = options.out / options.which;
  const compiled_gpt compiled = find_model(folder);
  const gpt_config& config = compiled.config;
  const vocabulary tokens = vocabulary::load(folder);
  if (tokens.size() > config.n_vocab)
    throw model_error(fmt::format("'{}' has {} tokens, its model {}; they do not belong together",
                                  folder.string(), tokens.size(), config.n_vocab));
  std::vector<std::int32_t> window = tokens.encode(options.prompt);
  if (window.empty()) throw model_error("the prompt is empty; give some text");
  sampler choose(options.how, tokens.size());

  runtime::options how{};
  how.threads = options.threads;
  const runtime::weights weights = read_model(folder, *compiled.model, config, how);
  auto session = checked(runtime::create_session(*compiled.model, weights, how));

  text_stream stream(tokens);
  for (const std::int32_t id : window) standard_output.write(stream.push(id));
  const auto keep_end = [&](std::size_t most) {
    if (window.size() > most)
      window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(most));
  };
  const auto context = static_cast<std::size_t>(config.n_block);
  keep_end(context);
  const step_function step = step_of(session);
  std::vector<std::int32_t> ends;
  if (const auto end = tokens.end_of_text()) ends.push_back(*end);
  for (std::int64_t left = options.n_tokens; left > 0;) {
    std::vector<std::int32_t> added;
    const auto emit = [&](std::int32_t id) {
      added.push_back(id);
      standard_output.write(stream.push(id));
      return !standard_output.lost();
    };
    const generation done =
        generate(step, {config.n_block, config.n_vocab}, window, choose, {left, ends}, emit);
    if (done.stopped != stop_reason::context_full) break;
    left -= done.n_generated;
    window.insert(window.end(), added.begin(), added.end());
    keep_end(std::max<std::size_t>(1, context / 2));
  }
  standard_output.write(stream.flush() + "\n");
}

}  // namespace tenon::samples
