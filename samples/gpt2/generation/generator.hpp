// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Continues a prompt: prompt processing and decoding through one entry of the model, `step`.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <tenon/runtime/session.hpp>

#include "generation/sampler.hpp"

namespace tenon::samples {

/// Appends tokens at `position` (0: a new sequence) to one sequence and gives the logits of the
/// last.
///   ids: T of 1..n_block - position, aligned as runtime::buffer is; logits: V, aligned too.
using step_function = std::function<runtime::status(
    std::span<const std::int32_t> ids, std::int64_t position, std::span<float> logits)>;

/// The entry `step` of a session of any GPT, which must outlive it.
step_function step_of(runtime::session& session);

enum class stop_reason { token_limit, end_of_text, context_full, not_wanted };

struct generation {
  std::int64_t n_prompt = 0, n_generated = 0;  // tokens
  std::int64_t n_steps = 0;   // calls of the model after the prompt, one token each
  double prompt_seconds = 0;  // until the logits of the first new token were there
  double decode_seconds = 0;  // from there to the last token, choosing and printing included
  stop_reason stopped = stop_reason::token_limit;
};

struct generation_limits {
  std::int64_t n_tokens;                  // generate at most so many
  std::vector<std::int32_t> end_of_text;  // stop at one of these tokens, which is not emitted
};

/// What the loop has to know of a model.
struct model_sizes {
  std::int64_t n_block, n_vocab;  // the greatest length of a sequence, and V
};

/// Throws model_error if a prompt is empty or longer than the context.
void check_prompt(const model_sizes& model, std::span<const std::int32_t> prompt);

/// Continues `prompt` token by token, each handed to `emit` as soon as it is chosen; no more are
/// wanted where that gives false.
///   prompt: 1..n_block ids.
///   Throws model_error as check_prompt does, or with what the model says.
generation generate(const step_function& step, const model_sizes& model,
                    std::span<const std::int32_t> prompt, sampler& choose,
                    const generation_limits& limits, const std::function<bool(std::int32_t)>& emit);

}  // namespace tenon::samples
