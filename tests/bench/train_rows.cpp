// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Steps of training, forward to AdamW, against the rate of multiply-adds (or of bf16 dots) from
// registers: GPT-2 124M, and the shapes of nanoGPT's character-level configurations.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "limits.hpp"
#include "rows.hpp"
#include "runtime_calls.hpp"
#include "timing.hpp"
#include "train_char.tenon.h"
#include "train_char_bf16.tenon.h"
#include "train_char_small.tenon.h"
#include "train_gpt2.tenon.h"
#include "train_gpt2_bf16.tenon.h"

namespace bench {
namespace {

namespace rt = tenon::runtime;

double size_of(const tenon_model& model, const char* name) {
  for (std::uint32_t i = 0; i < model.n_dims; ++i)
    if (std::strcmp(model.dims[i].name, name) == 0) return double(model.dims[i].max);
  std::fprintf(stderr, "error: the model has no dimension '%s'\n", name);
  std::exit(1);
}

// Three times the forward's products: 2 operations for each weight and token, twice that for the
// gradients of both factors; attention as its causal half.
double step_flops(const tenon_model& model, double batch, double time) {
  const double layers = size_of(model, "n_layer"), width = size_of(model, "n_embd");
  const double weights = layers * 12 * width * width + width * size_of(model, "n_vocab");
  return 6 * weights * batch * time + 6 * layers * width * batch * time * (time + 1);
}

/// A model in training, with random ids of its own.
template <class Session>
class trainer {
 public:
  trainer(const tenon_model& model, int threads, std::int64_t batch, std::int64_t time)
      : batch_(batch),
        time_(time),
        weights_(checked(rt::weights::zero(model, with(threads)))),
        session_(checked(Session::create(weights_, with(threads)))) {
    const auto symbols = static_cast<std::uint32_t>(size_of(model, "n_vocab"));
    for (std::size_t i = 0; i < ids_.size(); ++i)
      ids_[i] = static_cast<std::int32_t>((i * 2654435761u >> 8) % symbols);
    check(session_.init(1));
    step();  // touches memory
  }

  void step() {
    const std::int32_t* ids = ids_.data();
    check(session_.train_step({{ids, count()}, batch_, time_}, {{ids + 64, count()}, batch_, time_},
                              steps_++, 1, {.beta2 = 0.95f, .weight_decay = 0.1f, .max_norm = 1.0f},
                              loss_, norm_));
  }

 private:
  std::size_t count() const { return std::size_t(batch_ * time_); }

  std::int64_t batch_, time_;
  std::int32_t steps_ = 0;
  rt::weights weights_;
  Session session_;
  rt::buffer<std::int32_t> ids_ =
      *rt::buffer<std::int32_t>::create(std::size_t(batch_ * time_) + 64);
  float loss_ = 0, norm_ = 0;
};

template <class Session>
void add(std::vector<contest>& contests, std::vector<std::shared_ptr<void>>& alive,
         const tenon_model& model, const std::string& what, int threads, std::int64_t batch,
         std::int64_t time, double bar, bool bf16) {
  auto own = std::make_shared<trainer<Session>>(model, threads, batch, time);
  alive.push_back(own);
  const double flops = step_flops(model, double(batch), double(time));
  const int repeats = flops < 5e10 ? static_cast<int>(5e10 / flops) : 1;  // short steps: several
  contest one;
  one.what = "train_step, " + what;
  one.threads = threads;
  one.figure_unit = "tokens/s";
  one.figure_scale = double(batch * time) / flops;
  one.limit_unit = bf16 ? "GFLOP/s dot" : "GFLOP/s FMA";
  one.bar = bar;
  one.work = [own, flops, repeats] {
    return repeats * flops / seconds([&] {
             for (int i = 0; i < repeats; ++i) own->step();
           });
  };
  one.limit = [=] { return bf16 ? bf16_dot_rate(threads) : multiply_add_rate(threads); };
  contests.push_back(std::move(one));
}

void run(std::vector<contest>& contests, const settings& how, const report& into) {
  alternate(contests, how.rounds);
  for (const contest& done : contests) into.row(done);
}

}  // namespace

void train_rows(const settings& how, const report& into) {
  const bool has_dot = bf16_dot_rate(1) > 0;
  for (const int threads : how.threads)
    for (const std::int64_t time : {64, 256}) {
      std::vector<contest> contests;
      std::vector<std::shared_ptr<void>> alive;
      const std::string size = "124M, B=4 T=" + std::to_string(time);
      add<train_gpt2::session>(contests, alive, train_gpt2::model(), size + ", f32", threads, 4,
                               time, time == 64 ? 0.70 : 0.75, false);
      if (has_dot)
        add<train_gpt2_bf16::session>(contests, alive, train_gpt2_bf16::model(), size + ", bf16",
                                      threads, 4, time, 0.55, true);
      run(contests, how, into);
    }
  for (const int threads : how.threads) {
    std::vector<contest> contests;
    std::vector<std::shared_ptr<void>> alive;
    add<train_char_small::session>(contests, alive, train_char_small::model(),
                                   "L4 H4 C128, B=12 T=64, f32", threads, 12, 64, 0, false);
    add<train_char::session>(contests, alive, train_char::model(), "L6 H6 C384, B=64 T=256, f32",
                             threads, 64, 256, 0, false);
    if (has_dot)
      add<train_char_bf16::session>(contests, alive, train_char_bf16::model(),
                                    "L6 H6 C384, B=64 T=256, bf16", threads, 64, 256, 0, true);
    run(contests, how, into);
  }
}

}  // namespace bench
