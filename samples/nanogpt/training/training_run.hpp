// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop of training: steps, evaluations, states, until the end or a wish to stop.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "text/dataset.hpp"
#include "training/settings.hpp"
#include "training/state.hpp"
#include "training/trainer.hpp"

namespace tenon::samples {

struct training_run {
  gpt_trainer& trainer;
  const token_file &train, &val;
  train_settings settings;
  nlohmann::ordered_json configuration;  // for states
  std::filesystem::path out;             // gets log.jsonl, loss.svg and states
  std::string title;                     // of the curve
  std::int64_t save_interval;            // steps between states
  std::int64_t keep;                     // states
  /// Writes the model to this folder of `out`: "best" when the validation loss is the least so far,
  /// "last" at the end.
  std::function<void(const char* folder)> write_model;
  std::function<bool()> should_stop;  // asked after each step and each batch of an evaluation
};

enum class run_end { finished, stopped };

struct run_outcome {
  run_end how;
  /// What could not be written, one sentence each: at the end, of models and states; at any time,
  /// of the log. Without a state among them, one of where the run has ended is on disk.
  std::vector<std::string> lost;
};

/// Goes on from `position`, which is then where the run has ended. A folder without states gets one
/// before the first step. What cannot be written later does not end the run: it is told, and tried
/// again when it is due.
///   Prints progress to standard error, evaluations to standard output.
///   Throws model_error, also if a loss is not a number; a state is then saved first if the weights
///   are those between two steps.
run_outcome run_training(const training_run& run, run_position& position);

}  // namespace tenon::samples
