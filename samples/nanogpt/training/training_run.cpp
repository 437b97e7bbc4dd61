// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop of training; see training_run.hpp.
#include "training/training_run.hpp"

#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <tenon/runtime/buffer.hpp>

#include "console/standard_streams.hpp"
#include "model_error.hpp"
#include "text/vocabulary.hpp"
#include "training/loss_curve.hpp"
#include "training/progress_line.hpp"
#include "training/training_log.hpp"

namespace tenon::samples {
namespace {

constexpr int steps_before_estimate = 3;
constexpr float adam_epsilon = 1e-8F;  // PyTorch's default, which nanoGPT leaves

runtime::buffer<std::int32_t> make_buffer(std::int64_t count) {
  return checked(runtime::buffer<std::int32_t>::create(static_cast<std::size_t>(count)));
}

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

class loop {
 public:
  loop(const training_run& run, run_position& position)
      : run_(run),
        at_(position),
        log_(run.out / "log.jsonl", position.step, position.evaluated_step),
        ids_(make_buffer(run.settings.batch_size * run.settings.block_size)),
        targets_(make_buffer(run.settings.batch_size * run.settings.block_size)) {}

  run_outcome go() {
    try {
      return steps();
    } catch (const std::exception& problem) {
      line_.clear();
      throw model_error(fmt::format("{}; {}", problem.what(), rescued()));
    }
  }

 private:
  run_outcome steps() {
    const train_settings& settings = run_.settings;
    if (states_in(run_.out).empty()) save();
    saved_ = at_.step;
    for (;;) {
      const bool at_end = at_.step >= settings.max_iters;
      const bool due = at_.step % settings.eval_interval == 0 || at_end;
      if (due && at_.evaluated_step != at_.step && !evaluate()) break;
      if (at_end || run_.should_stop()) break;
      if (at_.step % run_.save_interval == 0 && at_.step != saved_)
        attempt("state", [&] { save(); });
      step();
      if (run_.should_stop()) break;
    }
    line_.clear();
    attempt("state", [&] { save(); });
    const bool finished = at_.step >= settings.max_iters && at_.evaluated_step == at_.step;
    if (finished) attempt("last", [&] { run_.write_model("last"); });
    run_outcome outcome{finished ? run_end::finished : run_end::stopped, {}};
    for (const auto& [what, why] : lost_) outcome.lost.push_back(why);
    if (!log_.lost().empty()) outcome.lost.push_back(log_.lost());
    return outcome;
  }

  // Tries what must not end a run; what is lost stays noted until it has come through.
  bool attempt(const char* what, const std::function<void()>& write) {
    try {
      write();
      lost_.erase(what);
      return true;
    } catch (const std::runtime_error& problem) {
      line_.clear();
      note(fmt::format("warning: {}; training goes on\n", problem.what()));
      lost_[what] = problem.what();
      return false;
    }
  }

  // Before the run ends by an error: what is there to go on from.
  std::string rescued() {
    if (whole_ && at_.step != saved_) {
      try {
        save();
        return fmt::format("the state of step {} is saved", at_.step);
      } catch (const std::exception& problem) {
        return fmt::format("its state could not be saved either: {}", problem.what());
      }
    }
    return newest_state_text(run_.out);
  }

  token_batch draw(const token_file& text, purpose what, std::int64_t part) {
    const train_settings& settings = run_.settings;
    draw_batch(text, {static_cast<std::uint64_t>(settings.seed), what, at_.step, part},
               settings.batch_size, settings.block_size, {ids_.data(), ids_.size()},
               {targets_.data(), targets_.size()});
    return {settings.batch_size,
            settings.block_size,
            {ids_.data(), ids_.size()},
            {targets_.data(), targets_.size()}};
  }

  // The mean loss over eval_iters batches; nothing if it was to stop meanwhile.
  std::optional<double> mean_loss(const token_file& text, purpose what) {
    double sum = 0;
    for (std::int64_t i = 0; i < run_.settings.eval_iters; ++i) {
      float loss = 0;
      check(run_.trainer.loss(draw(text, what, i), loss));
      sum += loss;
      if (run_.should_stop()) return std::nullopt;
    }
    return sum / static_cast<double>(run_.settings.eval_iters);
  }

  // False if it was to stop before it was done; the next run then does it.
  bool evaluate() {
    const clock::time_point start = clock::now();
    const auto train = mean_loss(run_.train, purpose::evaluating_train);
    if (!train) return false;
    const auto val = mean_loss(run_.val, purpose::evaluating_val);
    if (!val) return false;
    check_finite(*train, "the mean loss");
    check_finite(*val, "the mean validation loss");
    const bool best = *val < at_.best_loss;
    line_.clear();
    standard_output.report(fmt::format("step {}: train loss {:.4f}, val loss {:.4f}{}\n", at_.step,
                                       *train, *val, best ? " (the least so far)" : ""));
    log_.add(evaluation{at_.step, *train, *val});
    attempt("curve", [&] {
      replace_file(run_.out / "loss.svg", loss_curve(log_.evaluations(), run_.title));
    });
    if (best && attempt("best", [&] { run_.write_model("best"); })) at_.best_loss = *val;
    at_.evaluated_step = at_.step;
    evaluation_seconds_ = seconds_since(start);
    return true;
  }

  void step() {
    const train_settings& settings = run_.settings;
    const clock::time_point start = clock::now();
    const auto number = static_cast<std::int32_t>(at_.step);
    const auto seed = static_cast<std::int32_t>(settings.seed);
    const double rate = learning_rate_at(settings, at_.step);
    const adamw_step how{number,
                         static_cast<float>(rate),
                         static_cast<float>(settings.beta1),
                         static_cast<float>(settings.beta2),
                         adam_epsilon,
                         static_cast<float>(settings.weight_decay),
                         static_cast<float>(settings.grad_clip)};
    const std::int64_t parts = settings.gradient_accumulation_steps;
    double loss = 0;
    float part_loss = 0, norm = 0;
    if (parts == 1) {
      const token_batch text = draw(run_.train, purpose::training, 0);
      check(run_.trainer.train_step(text, how, seed, part_loss, norm));
      whole_ = false;
      loss = part_loss;
    } else {
      const float scale = 1 / static_cast<float>(parts);
      for (std::int64_t part = 0; part < parts; ++part) {
        const token_batch text = draw(run_.train, purpose::training, part);
        const auto first = static_cast<std::int32_t>(part * settings.batch_size);
        check(run_.trainer.gradients(text, number, seed, first, static_cast<std::int32_t>(part),
                                     scale, part_loss));
        loss += part_loss / static_cast<double>(parts);
      }
      check_finite(loss, "the loss");
      check(run_.trainer.update(how, norm));
      whole_ = false;
    }
    check_finite(loss, "the loss");
    check_finite(norm, "the gradient's norm");
    report(loss, rate, norm, seconds_since(start));
    ++at_.step;
    whole_ = true;
  }

  // The speed that is shown is smoothed over some ten steps.
  void report(double loss, double rate, double norm, double seconds) {
    const train_settings& settings = run_.settings;
    step_seconds_ = step_seconds_ == 0 ? seconds : 0.9 * step_seconds_ + 0.1 * seconds;
    const auto tokens = static_cast<double>(settings.batch_size * settings.block_size *
                                            settings.gradient_accumulation_steps);
    const double speed = tokens / std::max(step_seconds_, 1e-9);
    if (at_.step % settings.log_interval == 0)
      log_.add(step_record{at_.step, loss, rate, norm, speed});
    if (++steps_here_ == steps_before_estimate) estimate();
    line_.tell({at_.step, settings.max_iters, loss, rate, speed, seconds_left()});
  }

  // After the step at hand, evaluations included.
  double seconds_left() const {
    const train_settings& settings = run_.settings;
    const std::int64_t steps = settings.max_iters - at_.step - 1;
    return static_cast<double>(steps) * step_seconds_ + evaluation_seconds_left(steps);
  }
  double evaluation_seconds_left(std::int64_t steps) const {
    const std::int64_t interval = run_.settings.eval_interval;
    return static_cast<double>((steps + interval - 1) / interval) * evaluation_seconds_;
  }

  // Said once, so that nobody waits for what was never to end.
  void estimate() {
    const std::int64_t steps = run_.settings.max_iters - at_.step - 1;
    if (steps <= 0) return;
    line_.clear();
    note(fmt::format("{} steps are left: about {}, of which evaluations {}\n", steps,
                     duration_text(seconds_left()), duration_text(evaluation_seconds_left(steps))));
  }

  void check_finite(double value, const char* what) {
    if (std::isfinite(value)) return;
    throw model_error(
        fmt::format("{} is {} at step {}; lower learning_rate or grad_clip and begin anew", what,
                    value, at_.step));
  }

  void save() {
    save_state(run_.out, run_.trainer.weights(), at_, run_.configuration, run_.keep);
    saved_ = at_.step;
  }

  const training_run& run_;
  run_position& at_;
  training_log log_;
  progress_line line_;
  runtime::buffer<std::int32_t> ids_, targets_;
  double step_seconds_ = 0, evaluation_seconds_ = 0;
  int steps_here_ = 0;                       // of this process
  std::int64_t saved_ = -1;                  // the step of the last state
  bool whole_ = true;                        // the weights are those before step at_.step
  std::map<std::string, std::string> lost_;  // by what it is of
};

}  // namespace

run_outcome run_training(const training_run& run, run_position& position) {
  // The evaluation before this step has left no best model, which could not be written: once more.
  if (position.evaluated_step == position.step && !std::isfinite(position.best_loss))
    position.evaluated_step = position.step - 1;
  return loop(run, position).go();
}

}  // namespace tenon::samples
