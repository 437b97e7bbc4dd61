// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A trainer that needs no kernels: it changes its tensors by a rule in which every batch, step and
// setting counts, so that a run that goes on wrongly ends with other bits.
#pragma once

#include <limits>
#include <map>
#include <vector>

#include "fixture/learner.tenon.h"
#include "text/dataset.hpp"
#include "training/trainer.hpp"

namespace tenon::samples {

class rule_trainer final : public gpt_trainer {
 public:
  rule_trainer() : weights_(*runtime::weights::zero(learner::model())) {}

  runtime::weights& weights() override { return weights_; }
  int threads() const override { return 1; }

  runtime::status init(std::int32_t seed) override {
    return each([&](float& value, float& m, float& v) {
      value = static_cast<float>(seed % 100) + 1;
      m = v = 0;
    });
  }
  runtime::status loss(const token_batch& text, float& loss) override {
    ++evaluations;
    float sum = 0;
    const auto outcome = each([&](float& value, float&, float&) { sum += value * value; });
    loss = sum / 100 + static_cast<float>(mark_of(text) % 7) / 1000;
    return outcome;
  }
  runtime::status train_step(const token_batch& text, const adamw_step& how, std::int32_t seed,
                             float& loss, float& norm) override {
    const auto outcome = gradients(text, how.step, seed, 0, 0, 1, loss);
    return outcome ? update(how, norm) : outcome;
  }
  runtime::status gradients(const token_batch& text, std::int32_t step, std::int32_t seed,
                            std::int32_t first_sequence, std::int32_t micro_step, float scale,
                            float& loss) override {
    const std::uint64_t mark =
        mark_of(text) + static_cast<std::uint64_t>(step + seed + first_sequence);
    if (micro_step == 0) gradient_ = 0;
    gradient_ += scale * (1 + static_cast<float>(mark % 101) / 101);
    if (step == fail_at) {
      tenon_status failure{TENON_INVALID_ARGUMENT, "fails by rule"};
      return failure;
    }
    loss = step >= special_from_ ? special_loss_ : 2;
    parts.push_back({micro_step, first_sequence, scale});
    return {};
  }
  runtime::status update(const adamw_step& how, float& norm) override {
    ++steps;
    last = how;
    norm = gradient_;
    return each([&](float& value, float& m, float& v) {
      m = how.beta1 * m + (1 - how.beta1) * gradient_ * value;
      v = how.beta2 * v + (1 - how.beta2) * gradient_ * gradient_;
      value -= how.learning_rate * (how.weight_decay * value + m / (1 + v));
    });
  }

  struct part {
    std::int32_t micro_step, first_sequence;
    float scale;
  };
  int steps = 0, evaluations = 0;
  std::int32_t fail_at = -1;  // a step
  /// The loss from a step on; 2 before it.
  void next_loss_from(std::int32_t step, float loss) {
    special_from_ = step;
    special_loss_ = loss;
  }
  std::vector<part> parts;
  adamw_step last{};

 private:
  static std::uint64_t mark_of(const token_batch& text) {
    std::uint64_t mark = 0;
    for (std::size_t i = 0; i < text.ids.size(); ++i)
      mark = mark * 31 + static_cast<std::uint64_t>(text.ids[i] + 3 * text.targets[i]);
    return mark;
  }
  template <class Change>
  runtime::status each(Change&& change) {
    std::vector<float> values[3];
    constexpr runtime::memory kinds[] = {runtime::memory::value, runtime::memory::moment_1,
                                         runtime::memory::moment_2};
    const runtime::tensor_list tensors = *weights_.tensors();
    for (const tenon_named_tensor& tensor : tensors) {
      for (int k = 0; k < 3; ++k) {
        values[k].resize(runtime::bytes_of(tensor) / sizeof(float));
        if (auto read = weights_.read(kinds[k], tensor.name, std::span<float>(values[k])); !read)
          return read;
      }
      for (std::size_t i = 0; i < values[0].size(); ++i) {
        const float place = static_cast<float>(i % 5) / 8;  // elements go different ways
        values[0][i] += place;
        change(values[0][i], values[1][i], values[2][i]);
        values[0][i] -= place;
      }
      for (int k = 0; k < 3; ++k)
        if (auto wrote = weights_.write(kinds[k], tensor.name, std::span<const float>(values[k]));
            !wrote)
          return wrote;
    }
    return {};
  }

  runtime::weights weights_;
  float gradient_ = 0;
  std::int32_t special_from_ = std::numeric_limits<std::int32_t>::max();
  float special_loss_ = 2;
};

/// All tensors of a model with their moments, one after the other.
inline std::vector<float> all_of(const runtime::weights& weights) {
  std::vector<float> all;
  const runtime::tensor_list tensors = *weights.tensors();
  for (const auto what :
       {runtime::memory::value, runtime::memory::moment_1, runtime::memory::moment_2})
    for (const tenon_named_tensor& tensor : tensors) {
      std::vector<float> values(runtime::bytes_of(tensor) / sizeof(float));
      if (weights.read(what, tensor.name, std::span<float>(values)))
        all.insert(all.end(), values.begin(), values.end());
    }
  return all;
}

}  // namespace tenon::samples
