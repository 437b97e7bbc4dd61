// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Defaults, checks and the schedule; see settings.hpp.
#include "training/settings.hpp"

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

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
using s = train_settings;
constexpr whole_setting wholes[] = {
    {"batch_size", &s::batch_size, 1, most, "sequences of one pass"},
    {"block_size", &s::block_size, 1, most, "tokens of a sequence"},
    {"gradient_accumulation_steps", &s::gradient_accumulation_steps, 1, most, "passes of one step"},
    {"max_iters", &s::max_iters, 1, most, "steps"},
    {"warmup_iters", &s::warmup_iters, 0, most, "steps in which the learning rate rises"},
    {"lr_decay_iters", &s::lr_decay_iters, 1, most,
     "steps until it is min_lr; by default max_iters, and what it was for a run that goes on"},
    {"eval_interval", &s::eval_interval, 1, most, "steps between evaluations"},
    {"eval_iters", &s::eval_iters, 1, most, "batches of each part of the text"},
    {"log_interval", &s::log_interval, 1, most, "steps between lines of log.jsonl"},
    {"seed", &s::seed, 0, most, "of weights, batches and dropout"}};
constexpr real_setting reals[] = {
    {"learning_rate", &s::learning_rate, 0, 100, "after warm-up"},
    {"min_lr", &s::min_lr, 0, 100, "at the end"},
    {"weight_decay", &s::weight_decay, 0, 100, "of tensors of rank 2"},
    {"beta1", &s::beta1, 0, 0.999999, "AdamW's"},
    {"beta2", &s::beta2, 0, 0.999999, "AdamW's"},
    {"grad_clip", &s::grad_clip, 0, 1e30, "greatest norm of the gradient; 0: any"}};

template <class T>
void check_within(const char* name, T value, T least, T greatest, const std::string& why) {
  if (!(value >= least && value <= greatest))
    throw model_error(
        fmt::format("{} is {}, it must be {} to {}{}", name, value, least, greatest, why));
}

}  // namespace

std::span<const whole_setting> whole_settings() { return wholes; }
std::span<const real_setting> real_settings() { return reals; }

void check_settings(const train_settings& settings, const std::string& model,
                    const gpt_config& config) {
  const std::string compiled =
      fmt::format(" as '{}' was compiled; see TENON_SAMPLES_NANOGPT", model);
  constexpr std::int64_t one = 1;
  check_within("batch_size", settings.batch_size, one, std::int64_t{config.max_batch}, compiled);
  check_within("block_size", settings.block_size, one, std::int64_t{config.n_block}, compiled);
  // The number of a sequence in a step is an int32 of the model's.
  check_within("gradient_accumulation_steps", settings.gradient_accumulation_steps, one,
               most / settings.batch_size, "");
  for (const auto& each : wholes)
    check_within(each.name, settings.*each.member, each.least, each.most, "");
  for (const auto& each : reals)
    check_within(each.name, settings.*each.member, each.least, each.most, "");
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
