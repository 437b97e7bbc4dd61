// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// log.jsonl: one JSON object a line, of steps and of evaluations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tenon::samples {

struct step_record {
  std::int64_t step;
  double loss, learning_rate, gradient_norm, tokens_per_second;
};

/// Mean losses before step `step`, in nats.
struct evaluation {
  std::int64_t step;
  double train_loss, val_loss;
};

class training_log {
 public:
  /// Keeps what was written of steps before `step` and of evaluations up to `evaluated_step`, drops
  /// the rest (a run that goes on writes it again, the same) and appends from there.
  ///   Throws model_error if the file cannot be written.
  training_log(std::filesystem::path file, std::int64_t step, std::int64_t evaluated_step);
  ~training_log();
  training_log(const training_log&) = delete;

  /// A line that cannot be written is missing, and the run goes on.
  void add(const step_record& record);
  void add(const evaluation& record);
  /// All evaluations, those of before included.
  const std::vector<evaluation>& evaluations() const { return evaluations_; }
  /// What is missing and why; empty if nothing is.
  const std::string& lost() const { return lost_; }

 private:
  void write(std::int64_t step, std::string line);

  std::filesystem::path path_;
  int handle_ = -1;
  bool torn_ = false;  // the last line has no end
  std::string lost_;
  std::vector<evaluation> evaluations_;
};

}  // namespace tenon::samples
