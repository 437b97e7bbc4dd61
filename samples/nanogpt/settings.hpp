// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a model is trained: nanoGPT's settings under nanoGPT's names.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "gpt.hpp"

namespace tenon::samples {

/// Defaults of nanoGPT's train.py. Counts are in steps of the optimiser ("iters").
struct train_settings {
  std::int64_t batch_size = 12;    // sequences of one forward pass
  std::int64_t block_size = 1024;  // tokens of a sequence
  std::int64_t gradient_accumulation_steps = 40;
  std::int64_t max_iters = 600000;
  double learning_rate = 6e-4;
  bool decay_lr = true;
  std::int64_t warmup_iters = 2000;
  std::int64_t lr_decay_iters = 600000;
  double min_lr = 6e-5;
  double weight_decay = 0.1;
  double beta1 = 0.9, beta2 = 0.95;
  double grad_clip = 1.0;  // 0: gradients are not clipped
  std::int64_t eval_interval = 2000;
  std::int64_t eval_iters = 200;  // batches of each part of the text
  std::int64_t log_interval = 1;
  std::int64_t seed = 1337;
};

/// nanoGPT's settings for a compiled model: those of its configuration train_shakespeare_char for
/// models of that name, with the changes of its README for the one with _cpu behind it, and
/// train.py's otherwise; batch and block are the greatest that the model was compiled for.
train_settings settings_for(const std::string& model, const gpt_config& config);

/// Throws model_error for a value that cannot be, or that the model was not compiled for.
void check_settings(const train_settings& settings, const std::string& model,
                    const gpt_config& config);

/// What decides the numbers of a training run, for states: everything but how long it goes on and
/// what is reported of it.
nlohmann::ordered_json deciding(const train_settings& settings);

/// Linear warm-up, then half a cosine from learning_rate down to min_lr, where it stays.
///   step: from 0. Source: nanoGPT, train.py, get_lr.
double learning_rate_at(const train_settings& settings, std::int64_t step);

}  // namespace tenon::samples
