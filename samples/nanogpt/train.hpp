// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `nanogpt train`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace tenon::samples {

struct train_options {
  std::filesystem::path data;       // a folder that `nanogpt prepare` wrote
  std::filesystem::path out;        // the folder of the run
  std::string model;                // one of those compiled in; empty: the first
  std::filesystem::path init_from;  // a Hugging Face directory to start from; empty: random weights
  bool resume = false;              // go on from the newest state in `out`
  std::int64_t save_interval = 0;   // steps between states; 0: at each evaluation
  std::int64_t keep = 2;            // states kept
  std::int32_t threads = 0;         // 0: as many as this process may use
  /// Puts what was given on the command line over the model's settings.
  std::function<void(train_settings&)> adjust;
};

/// Throws std::runtime_error with a message for the user.
void run_train(const train_options& options);

}  // namespace tenon::samples
