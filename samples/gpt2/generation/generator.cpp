// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop of generation; see generator.hpp.
#include "generation/generator.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <tenon/runtime/buffer.hpp>

#include "model_error.hpp"

namespace tenon::samples {
namespace {

template <class T>
runtime::buffer<T> make_buffer(std::int64_t count) {
  return checked(runtime::buffer<T>::create(static_cast<std::size_t>(count)));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

step_function step_of(runtime::session& session) {
  return [&session](std::span<const std::int32_t> ids, std::int64_t position,
                    std::span<float> logits) {
    const auto length = static_cast<std::int64_t>(ids.size());
    return session.call("step", {{"ids", ids, {1, length}}}, {{"logits", logits}}, position);
  };
}

void check_prompt(const model_sizes& model, std::span<const std::int32_t> prompt) {
  if (prompt.empty()) throw model_error("the prompt is empty; give at least one token");
  if (prompt.size() > static_cast<std::size_t>(model.n_block))
    throw model_error(fmt::format("the prompt has {} tokens, the model's context {}; shorten it",
                                  prompt.size(), model.n_block));
}

generation generate(const step_function& step, const model_sizes& model,
                    std::span<const std::int32_t> prompt, sampler& choose,
                    const generation_limits& limits,
                    const std::function<bool(std::int32_t)>& emit) {
  check_prompt(model, prompt);
  generation result;
  result.n_prompt = static_cast<std::int64_t>(prompt.size());
  auto ids = make_buffer<std::int32_t>(result.n_prompt);
  auto logits = make_buffer<float>(model.n_vocab);
  std::copy(prompt.begin(), prompt.end(), ids.begin());

  auto start = std::chrono::steady_clock::now();
  check(step(ids.first(prompt.size()), 0, logits.first(logits.size())));
  result.prompt_seconds = seconds_since(start);

  start = std::chrono::steady_clock::now();
  std::int64_t position = result.n_prompt;  // of the token that is chosen next
  while (result.n_generated < limits.n_tokens) {
    const std::int32_t next = choose.choose(logits.first(logits.size()));
    if (std::ranges::find(limits.end_of_text, next) != limits.end_of_text.end()) {
      result.stopped = stop_reason::end_of_text;
      break;
    }
    const bool wanted = emit(next);
    ++result.n_generated;
    if (!wanted) {
      result.stopped = stop_reason::not_wanted;
      break;
    }
    if (result.n_generated == limits.n_tokens) break;
    if (position == model.n_block) {
      result.stopped = stop_reason::context_full;
      break;
    }
    ids[0] = next;
    check(step(ids.first(1), position++, logits.first(logits.size())));
    ++result.n_steps;
  }
  result.decode_seconds = seconds_since(start);
  return result;
}

}  // namespace tenon::samples
