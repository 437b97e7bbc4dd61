// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hands one compiled model to the program. CMake compiles this file once a model, with TENON_GPT
// and TENON_GPT_NAME as for gpt2.model.cpp, and TENON_GPT_HEADER, the header that tenonc wrote.
#include "compiled_gpt.hpp"

#include TENON_GPT_HEADER

#define TENON_JOIN_(a, b) a##b
#define TENON_JOIN(a, b) TENON_JOIN_(a, b)

namespace tenon::samples {
namespace {

namespace compiled = ::TENON_GPT_NAME;

class session final : public gpt_session {
 public:
  explicit session(compiled::session opened) : session_(std::move(opened)) {}

  runtime::status step(std::span<const std::int32_t> ids, std::int64_t position,
                       std::span<float> logits) override {
    using last_logits = runtime::tensor<float, compiled::batch, compiled::n_vocab>;
    return session_.step({ids, static_cast<std::int64_t>(ids.size())}, last_logits(logits),
                         position);  // the batch is one, which its type knows
  }
  int threads() const override { return session_.threads(); }
  runtime::session* untyped() override { return &session_; }

 private:
  compiled::session session_;
};

runtime::result<std::unique_ptr<gpt_session>> open(const runtime::weights& weights,
                                                   const runtime::options& how) {
  auto opened = compiled::session::create(weights, how);
  if (!opened) return opened.error();
  return std::unique_ptr<gpt_session>(std::make_unique<session>(*std::move(opened)));
}

}  // namespace

extern const compiled_gpt TENON_JOIN(compiled_, TENON_GPT_NAME);
constinit const compiled_gpt TENON_JOIN(compiled_, TENON_GPT_NAME){
    &TENON_JOIN(tenon_model_, TENON_GPT_NAME), TENON_GPT, open, compiled::step::compute_type};

}  // namespace tenon::samples
