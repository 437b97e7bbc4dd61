// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Defaults, checks and the schedule; see settings.hpp.
#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model_error.hpp"

namespace tenon::samples {

preset preset_for(const std::string& model, std::int64_t tokens) {
  constexpr std::int64_t small_text = 10'000'000;
  if (model.starts_with("shakespeare_char_cpu")) return preset::shakespeare_char_cpu;
  if (model.starts_with("shakespeare_char") || tokens < small_text) return preset::shakespeare_char;
  return preset::train;
}

const char* source_of(preset which) {
  switch (which) {
    case preset::train:
      return "train.py";
    case preset::shakespeare_char:
      return "config/train_shakespeare_char.py";
    case preset::shakespeare_char_cpu:
      break;
  }
  return "README (a CPU)";
}

train_settings settings_of(preset which, const gpt_config& config) {
  train_settings settings;
  if (which != preset::train) {
    settings.gradient_accumulation_steps = 1;
    settings.max_iters = 5000;
    settings.learning_rate = 1e-3;
    settings.warmup_iters = 100;
    settings.min_lr = 1e-4;
    settings.beta2 = 0.99;
    settings.eval_interval = 250;
    settings.log_interval = 10;
  }
  if (which == preset::shakespeare_char_cpu) {
    settings.max_iters = 2000;
    settings.eval_iters = 20;
    settings.log_interval = 1;
  }
  settings.lr_decay_iters = settings.max_iters;
  settings.batch_size = config.max_batch;
  settings.block_size = config.n_block;
  return settings;
}

void check_settings(const train_settings& settings, const std::string& model,
                    const gpt_config& config) {
  const auto within = [](const char* name, auto value, auto least, auto most, const char* why) {
    if (!(value >= least && value <= most))
      throw model_error(
          fmt::format("{} is {}, it must be {} to {}{}", name, value, least, most, why));
  };
  const std::string compiled =
      fmt::format(" as '{}' was compiled; see TENON_SAMPLES_NANOGPT", model);
  constexpr std::int64_t one = 1, most = std::numeric_limits<std::int32_t>::max();
  within("batch_size", settings.batch_size, one, std::int64_t{config.max_batch}, compiled.c_str());
  within("block_size", settings.block_size, one, std::int64_t{config.n_block}, compiled.c_str());
  // The number of a sequence in a step is an int32 of the model's.
  within("gradient_accumulation_steps", settings.gradient_accumulation_steps, one,
         most / settings.batch_size, "");
  within("max_iters", settings.max_iters, one, most, "");
  within("warmup_iters", settings.warmup_iters, std::int64_t{0}, most, "");
  within("lr_decay_iters", settings.lr_decay_iters, one, most, "");
  within("eval_interval", settings.eval_interval, one, most, "");
  within("eval_iters", settings.eval_iters, one, most, "");
  within("log_interval", settings.log_interval, one, most, "");
  within("seed", settings.seed, std::int64_t{0}, most, "");
  within("learning_rate", settings.learning_rate, 0.0, 100.0, "");
  within("min_lr", settings.min_lr, 0.0, 100.0, "");
  within("weight_decay", settings.weight_decay, 0.0, 100.0, "");
  within("beta1", settings.beta1, 0.0, 0.999999, "");
  within("beta2", settings.beta2, 0.0, 0.999999, "");
  within("grad_clip", settings.grad_clip, 0.0, 1e30, "");
}

nlohmann::ordered_json deciding(const train_settings& settings) {
  return {{"batch_size", settings.batch_size},
          {"block_size", settings.block_size},
          {"gradient_accumulation_steps", settings.gradient_accumulation_steps},
          {"learning_rate", settings.learning_rate},
          {"decay_lr", settings.decay_lr},
          {"warmup_iters", settings.warmup_iters},
          {"lr_decay_iters", settings.lr_decay_iters},
          {"min_lr", settings.min_lr},
          {"weight_decay", settings.weight_decay},
          {"beta1", settings.beta1},
          {"beta2", settings.beta2},
          {"grad_clip", settings.grad_clip},
          {"seed", settings.seed}};
}

double learning_rate_at(const train_settings& settings, std::int64_t step) {
  if (!settings.decay_lr) return settings.learning_rate;
  const auto real = [](std::int64_t count) { return static_cast<double>(count); };
  if (step < settings.warmup_iters)
    return settings.learning_rate * real(step + 1) / real(settings.warmup_iters + 1);
  if (step > settings.lr_decay_iters) return settings.min_lr;
  const double length = std::max(1.0, real(settings.lr_decay_iters - settings.warmup_iters));
  const double progress = real(step - settings.warmup_iters) / length;
  const double share = 0.5 * (1 + std::cos(std::numbers::pi * progress));
  return settings.min_lr + share * (settings.learning_rate - settings.min_lr);
}

}  // namespace tenon::samples
