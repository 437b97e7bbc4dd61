// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Defaults and schedule against nanoGPT's, and values that are refused.
#include "training/settings.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

constexpr gpt_config small{.n_block = 64, .max_batch = 12};

train_settings cpu() { return settings_of(preset::shakespeare_char_cpu, small); }

}  // namespace

TEST_CASE("the learning rate follows nanoGPT's get_lr") {
  const train_settings settings = cpu();
  // get_lr of nanoGPT's train.py with learning_rate 1e-3, min_lr 1e-4, warmup_iters 100 and
  // lr_decay_iters 2000, computed with Python.
  const auto at = [&](std::int64_t step) {
    return Approx(learning_rate_at(settings, step)).epsilon(1e-14);
  };
  CHECK(1e-3 * 1 / 101 == at(0));
  CHECK(1e-3 * 100 / 101 == at(99));
  CHECK(1e-3 == at(100));
  CHECK(0.000999938487246611 == at(110));
  CHECK(0.00055 == at(1050));
  CHECK(0.00010000061514140841 == at(1999));
  CHECK(1e-4 == at(2000));
  CHECK(1e-4 == at(5000));
  train_settings constant = settings;
  constant.decay_lr = false;
  CHECK(learning_rate_at(constant, 0) == 1e-3);
  // No steps between warm-up and the end.
  train_settings short_run = settings;
  short_run.lr_decay_iters = 100;
  CHECK(learning_rate_at(short_run, 100) == 1e-3);
  CHECK(learning_rate_at(short_run, 101) == 1e-4);
}

TEST_CASE("a model has the settings of its name, another those that fit the text") {
  CHECK(preset_for("shakespeare_char_cpu", 1'000'000'000) == preset::shakespeare_char_cpu);
  CHECK(preset_for("shakespeare_char", 1'000'000'000) == preset::shakespeare_char);
  CHECK(preset_for("mine", 9'000'000'000) == preset::train);
  CHECK(preset_for("mine", 31'500) == preset::shakespeare_char);  // a text of 35 KB
}

TEST_CASE("settings are nanoGPT's") {
  const train_settings plain = settings_of(preset::train, {.n_block = 256, .max_batch = 4});
  CHECK(plain.max_iters == 600000);
  CHECK(plain.learning_rate == 6e-4);
  CHECK(plain.gradient_accumulation_steps == 40);
  CHECK(plain.batch_size == 4);
  CHECK(plain.block_size == 256);
  CHECK(plain.beta2 == 0.95);
  const train_settings character =
      settings_of(preset::shakespeare_char, {.n_block = 256, .max_batch = 64});
  CHECK(character.max_iters == 5000);
  CHECK(character.lr_decay_iters == 5000);
  CHECK(character.eval_iters == 200);
  CHECK(character.eval_interval == 250);
  CHECK(character.beta2 == 0.99);
  CHECK(character.gradient_accumulation_steps == 1);
  CHECK(cpu().max_iters == 2000);
  CHECK(cpu().eval_iters == 20);
  CHECK(cpu().warmup_iters == 100);
}

TEST_CASE("values that cannot be are refused with both numbers") {
  const auto message = [](auto member, auto value) {
    train_settings settings = cpu();
    settings.*member = value;
    try {
      check_settings(settings, "shakespeare_char_cpu", small);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("fine");
  };
  using s = train_settings;
  CHECK(message(&s::batch_size, 12) == "fine");
  CHECK_THAT(
      message(&s::batch_size, 13),
      Contains("batch_size is 13, it must be 1 to 12 as 'shakespeare_char_cpu' was compiled"));
  CHECK_THAT(message(&s::block_size, 65), Contains("block_size is 65, it must be 1 to 64"));
  CHECK(message(&s::block_size, 10) == "fine");
  CHECK_THAT(message(&s::gradient_accumulation_steps, std::int64_t{1} << 30),
             Contains("must be 1 to"));
  CHECK_THAT(message(&s::max_iters, 0), Contains("max_iters is 0"));
  CHECK_THAT(message(&s::seed, -1), Contains("seed is -1"));
  CHECK_THAT(message(&s::beta2, 1.0), Contains("beta2 is 1"));
  CHECK_THAT(message(&s::learning_rate, std::nan("")), Contains("learning_rate is nan"));
  CHECK_THAT(message(&s::eval_interval, 0), Contains("eval_interval is 0"));
}

TEST_CASE("what decides a run's numbers is told apart from how long it goes on") {
  train_settings longer = cpu();
  longer.max_iters = 9999;
  longer.eval_interval = 7;
  longer.log_interval = 3;
  CHECK(deciding(longer) == deciding(cpu()));
  train_settings other = cpu();
  other.grad_clip = 0.5;
  CHECK(deciding(other) != deciding(cpu()));
}
