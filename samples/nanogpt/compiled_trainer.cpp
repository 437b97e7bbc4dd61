// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hands one compiled model to the program. CMake compiles this file once a model, with TENON_GPT
// and TENON_GPT_NAME as for gpt2.model.cpp, and TENON_GPT_HEADER, the header that tenonc wrote.
#include "trainer.hpp"

#include TENON_GPT_HEADER

#define TENON_JOIN_(a, b) a##b
#define TENON_JOIN(a, b) TENON_JOIN_(a, b)

namespace tenon::samples {
namespace {

namespace compiled = ::TENON_GPT_NAME;

using tokens = runtime::tensor<const std::int32_t, compiled::batch, compiled::seq>;

class trainer final : public gpt_trainer {
 public:
  trainer(runtime::weights weights, compiled::session session)
      : weights_(std::move(weights)), session_(std::move(session)) {}

  runtime::weights& weights() override { return weights_; }
  int threads() const override { return session_.threads(); }

  runtime::status init(std::int32_t seed) override { return session_.init(seed); }

  runtime::status loss(const token_batch& text, float& loss) override {
    return session_.loss(ids(text), targets(text), loss);
  }
  runtime::status train_step(const token_batch& text, const adamw_step& how, std::int32_t seed,
                             float& loss, float& gradient_norm) override {
    return session_.train_step(ids(text), targets(text), how.step, seed,
                               adamw<compiled::train_step_options>(how), loss, gradient_norm);
  }
  runtime::status gradients(const token_batch& text, std::int32_t step, std::int32_t seed,
                            std::int32_t first_sequence, std::int32_t micro_step, float scale,
                            float& loss) override {
    return session_.gradients(
        ids(text), targets(text), step, seed,
        {.first_sequence = first_sequence, .micro_step = micro_step, .scale = scale}, loss);
  }
  runtime::status update(const adamw_step& how, float& gradient_norm) override {
    return session_.update(how.step, adamw<compiled::update_options>(how), gradient_norm);
  }

 private:
  template <class Options>
  static Options adamw(const adamw_step& how) {
    return {.lr = how.learning_rate,
            .beta1 = how.beta1,
            .beta2 = how.beta2,
            .eps = how.epsilon,
            .weight_decay = how.weight_decay,
            .max_norm = how.max_norm};
  }
  static tokens ids(const token_batch& text) { return {text.ids, text.batch, text.block}; }
  static tokens targets(const token_batch& text) { return {text.targets, text.batch, text.block}; }

  runtime::weights weights_;
  compiled::session session_;
};

// One sequence with its cache, for sampling.
class sampling_session final : public gpt_session {
 public:
  explicit sampling_session(compiled::session opened) : session_(std::move(opened)) {}

  runtime::status step(std::span<const std::int32_t> ids, std::int64_t position,
                       std::span<float> logits) override {
    using last_logits = runtime::tensor<float, compiled::batch, compiled::n_vocab>;
    return session_.step(tokens(ids, 1, static_cast<std::int64_t>(ids.size())),
                         last_logits(logits, 1), position);
  }
  int threads() const override { return session_.threads(); }
  runtime::session* untyped() override { return &session_; }

 private:
  compiled::session session_;
};

runtime::result<std::unique_ptr<gpt_trainer>> open_trainer(runtime::weights weights,
                                                           const runtime::options& how) {
  auto opened = compiled::session::create(weights, how);
  if (!opened) return opened.error();
  return std::unique_ptr<gpt_trainer>(
      std::make_unique<trainer>(std::move(weights), *std::move(opened)));
}

runtime::result<std::unique_ptr<gpt_session>> open_session(const runtime::weights& weights,
                                                           const runtime::options& how) {
  auto opened = compiled::session::create(weights, how);
  if (!opened) return opened.error();
  return std::unique_ptr<gpt_session>(std::make_unique<sampling_session>(*std::move(opened)));
}

}  // namespace

extern const compiled_trainer TENON_JOIN(compiled_, TENON_GPT_NAME);
constinit const compiled_trainer TENON_JOIN(compiled_, TENON_GPT_NAME){
    {&TENON_JOIN(tenon_model_, TENON_GPT_NAME), TENON_GPT, open_session}, open_trainer};

}  // namespace tenon::samples
