// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The entries of a model that training uses, called by their names; see trainer.hpp.
#include "training/trainer.hpp"

namespace tenon::samples {
namespace {

class model_trainer final : public gpt_trainer {
 public:
  model_trainer(runtime::weights weights, runtime::session session)
      : weights_(std::move(weights)), session_(std::move(session)) {}

  runtime::weights& weights() override { return weights_; }
  int threads() const override { return session_.threads(); }

  runtime::status init(std::int32_t seed) override {
    return session_.call("init", {{"seed", seed}}, {});
  }
  runtime::status loss(const token_batch& text, float& loss) override {
    return session_.call("loss",
                         {{"ids", text.ids, {text.batch, text.block}}, {"targets", text.targets}},
                         {{"loss", loss}});
  }
  runtime::status train_step(const token_batch& text, const adamw_step& how, std::int32_t seed,
                             float& loss, float& gradient_norm) override {
    return session_.call("train_step",
                         {{"ids", text.ids, {text.batch, text.block}},
                          {"targets", text.targets},
                          {"step", how.step},
                          {"seed", seed},
                          {"lr", how.learning_rate},
                          {"beta1", how.beta1},
                          {"beta2", how.beta2},
                          {"eps", how.epsilon},
                          {"weight_decay", how.weight_decay},
                          {"max_norm", how.max_norm}},
                         {{"loss", loss}, {"gradient_norm", gradient_norm}});
  }
  runtime::status gradients(const token_batch& text, std::int32_t step, std::int32_t seed,
                            std::int32_t first_sequence, std::int32_t micro_step, float scale,
                            float& loss) override {
    return session_.call("gradients",
                         {{"ids", text.ids, {text.batch, text.block}},
                          {"targets", text.targets},
                          {"step", step},
                          {"seed", seed},
                          {"first_sequence", first_sequence},
                          {"micro_step", micro_step},
                          {"scale", scale}},
                         {{"loss", loss}});
  }
  runtime::status update(const adamw_step& how, float& gradient_norm) override {
    return session_.call("update",
                         {{"step", how.step},
                          {"lr", how.learning_rate},
                          {"beta1", how.beta1},
                          {"beta2", how.beta2},
                          {"eps", how.epsilon},
                          {"weight_decay", how.weight_decay},
                          {"max_norm", how.max_norm}},
                         {{"gradient_norm", gradient_norm}});
  }

 private:
  runtime::weights weights_;
  runtime::session session_;
};

}  // namespace

runtime::result<std::unique_ptr<gpt_trainer>> open_trainer(runtime::weights weights,
                                                           const runtime::options& how) {
  auto session = runtime::create_session(weights.model(), weights, how);
  if (!session) return session.error();
  return std::unique_ptr<gpt_trainer>(
      std::make_unique<model_trainer>(std::move(weights), *std::move(session)));
}

}  // namespace tenon::samples
