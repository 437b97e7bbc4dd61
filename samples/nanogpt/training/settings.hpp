// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a model is trained: nanoGPT's settings under nanoGPT's names.
#pragma once

#include <cstdint>
#include <span>
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
  bool decay_follows = true;  // lr_decay_iters is not given: max_iters, or what the run began with
  double min_lr = 6e-5;
  double weight_decay = 0.1;
  double beta1 = 0.9, beta2 = 0.95;
  double grad_clip = 1.0;  // 0: gradients are not clipped
  std::int64_t eval_interval = 2000;
  std::int64_t eval_iters = 200;  // batches of each part of the text
  std::int64_t log_interval = 1;
  std::int64_t seed = 1337;
};

/// A setting as an option: its name, place, and the values that it can have.
template <class T>
struct setting {
  const char* name;
  T train_settings::* member;
  T least, most;
  const char* text;
};
using whole_setting = setting<std::int64_t>;
using real_setting = setting<double>;

/// All but decay_lr.
std::span<const whole_setting> whole_settings();
std::span<const real_setting> real_settings();

/// Where nanoGPT has a set of settings.
enum class preset {
  train,                // train.py, for OpenWebText: 9 billion tokens
  shakespeare_char,     // config/train_shakespeare_char.py: a million
  shakespeare_char_cpu  // README, "I only have a macbook"
};

/// Models of a preset's name have that one; others what fits the number of tokens to learn.
preset preset_for(const std::string& model, std::int64_t tokens);
/// "config/train_shakespeare_char.py"
const char* source_of(preset which);

/// nanoGPT's settings; batch and block are the greatest that the model was compiled for.
train_settings settings_of(preset which, const gpt_config& config);

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
