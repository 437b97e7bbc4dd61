// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A GPT that can be trained.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <tenon/runtime/session.hpp>

namespace tenon::samples {

/// ids and targets are (batch, block), aligned as runtime::buffer is.
struct token_batch {
  std::int64_t batch, block;
  std::span<const std::int32_t> ids, targets;
};

/// One step of AdamW. `step` counts from 0; a gradient longer than max_norm is scaled down to it.
struct adamw_step {
  std::int32_t step;
  float learning_rate, beta1, beta2, epsilon, weight_decay, max_norm;
};

/// The entries of a model that training uses, on one set of weights.
class gpt_trainer {
 public:
  virtual ~gpt_trainer() = default;

  /// The weights with their moments, which the calls below read and change.
  virtual runtime::weights& weights() = 0;
  virtual int threads() const = 0;

  virtual runtime::status init(std::int32_t seed) = 0;
  /// Mean cross-entropy in nats; without dropout.
  virtual runtime::status loss(const token_batch& text, float& loss) = 0;
  /// Loss, gradients, clipping and AdamW. `seed` is that of dropout.
  virtual runtime::status train_step(const token_batch& text, const adamw_step& how,
                                     std::int32_t seed, float& loss, float& gradient_norm) = 0;
  /// The same in parts: gradients times `scale` begin anew at micro step 0 and are added up after
  /// it; `first_sequence` numbers the batch's first row within the step.
  virtual runtime::status gradients(const token_batch& text, std::int32_t step, std::int32_t seed,
                                    std::int32_t first_sequence, std::int32_t micro_step,
                                    float scale, float& loss) = 0;
  virtual runtime::status update(const adamw_step& how, float& gradient_norm) = 0;
};

/// A session of all these entries, which the model of the weights must have.
runtime::result<std::unique_ptr<gpt_trainer>> open_trainer(runtime::weights weights,
                                                           const runtime::options& how);

}  // namespace tenon::samples
