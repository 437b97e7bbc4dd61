// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The state of a training run on disk: parameters, moments, and where the run stands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
#include <tenon/runtime/weights.hpp>

namespace tenon::samples {

/// Where a run stands between two steps. Batches and dropout are functions of seed and step, so
/// this is all there is to know beside the tensors.
struct run_position {
  std::int64_t step = 0;             // the next one
  std::int64_t evaluated_step = -1;  // the last evaluation was before this one
  double best_loss = std::numeric_limits<double>::infinity();  // of validation, so far
  std::int64_t lr_decay_iters = 0;  // of the state that was loaded; 0 where it has none
};

/// Writes `state-<step>.safetensors` to the folder, whole or not at all, and then removes all but
/// the newest `keep`. `configuration` holds what decides the run's numbers.
///   Throws model_error, also if a value is not finite; the states that were there stay.
void save_state(const std::filesystem::path& folder, const runtime::weights& weights,
                const run_position& position, const nlohmann::ordered_json& configuration,
                std::int64_t keep);

/// Loads the newest state that is whole and of the same configuration but for lr_decay_iters, which
/// a run that goes on may change. What is wrong with the others is told to `warn`, one line each.
/// Nothing if the folder has no states.
///   Throws model_error if there are states and none will do; the weights are then undefined.
std::optional<run_position> load_newest_state(const std::filesystem::path& folder,
                                              runtime::weights& weights,
                                              const nlohmann::ordered_json& configuration,
                                              const std::function<void(const std::string&)>& warn);

/// The states of a folder by name, the newest first.
std::vector<std::filesystem::path> states_in(const std::filesystem::path& folder);

/// "the newest state is that of step 40", or that there is none: for messages about the others.
std::string newest_state_text(const std::filesystem::path& folder);

/// Removes what processes that were killed while they wrote have left in a folder.
void remove_temporaries(const std::filesystem::path& folder);

}  // namespace tenon::samples
