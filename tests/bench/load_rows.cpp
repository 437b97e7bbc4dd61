// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small models on a machine that others use: as many threads as the runtime chooses against one
// thread, in turns, first with nothing else running, then with a busy process a core. Reached is
// what a default must never lose much of.
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "load_tiny.tenon.h"
#include "rows.hpp"
#include "runtime_calls.hpp"
#include "timing.hpp"
#include "train_char_small.tenon.h"

namespace bench {
namespace {

namespace rt = tenon::runtime;

/// Processes that keep all cores busy while it lives.
class foreign_load {
 public:
  foreign_load() {
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
      const pid_t child = fork();
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile unsigned busy = 0;;) busy = busy + 1;
      }
      if (child > 0) children_.push_back(child);
    }
  }
  ~foreign_load() {
    for (const pid_t each : children_) {
      kill(each, SIGKILL);
      waitpid(each, nullptr, 0);
    }
  }
  foreign_load(const foreign_load&) = delete;
  foreign_load& operator=(const foreign_load&) = delete;

 private:
  std::vector<pid_t> children_;
};

/// A model in training, or decoding; `threads` 0 is the default.
template <class Session>
class small_model {
 public:
  small_model(const tenon_model& model, int threads, std::int64_t batch, std::int64_t time,
              std::int32_t symbols)
      : batch_(batch),
        time_(time),
        weights_(checked(rt::weights::zero(model, with(threads)))),
        session_(checked(Session::create(weights_, with(threads)))),
        ids_(checked(rt::buffer<std::int32_t>::create(std::size_t(batch * time) + 64))),
        logits_(checked(rt::buffer<float>::create(std::size_t(symbols)))) {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      ids_[i] = static_cast<std::int32_t>((i * 2654435761u >> 8) % std::uint32_t(symbols));
    check(session_.init(1));
  }

  void train(int steps) {
    const std::size_t count = std::size_t(batch_ * time_);
    const std::int32_t* ids = ids_.data();
    for (int i = 0; i < steps; ++i)
      check(session_.train_step(
          {{ids, count}, batch_, time_}, {{ids + 64, count}, batch_, time_}, steps_++, 1,
          {.beta2 = 0.95f, .weight_decay = 0.1f, .max_norm = 1.0f}, loss_, norm_));
  }
  void decode(int tokens) {
    const std::int32_t* ids = ids_.data();
    for (int i = 0; i < tokens; ++i)
      check(session_.step({{ids, 1}, 1, 1}, {logits_, 1}, i % time_));
  }

 private:
  std::int64_t batch_, time_;
  std::int32_t steps_ = 0;
  rt::weights weights_;
  Session session_;
  rt::buffer<std::int32_t> ids_;
  rt::buffer<float> logits_;
  float loss_ = 0, norm_ = 0;
};

template <class Session, bool trains>
void add(std::vector<contest>& contests, const tenon_model& model, const std::string& what,
         int threads, std::int64_t batch, std::int64_t time, std::int32_t symbols, int calls) {
  // The model by reference: weights and session want the same description of it.
  const auto rate = [=, &model](int n) {
    auto own = std::make_shared<small_model<Session>>(model, n, batch, time, symbols);
    return [=] {
      return calls / seconds([&] {
               if constexpr (trains)
                 own->train(calls);
               else
                 own->decode(calls);
             });
    };
  };
  contest one;
  one.what = what;
  one.threads = threads;
  one.figure_unit = "calls/s";
  one.limit_unit = "calls/s, 1 thread";
  one.limit_scale = 1;
  one.bar = 0.8;
  one.work = rate(threads);
  one.limit = rate(1);
  contests.push_back(std::move(one));
}

void run(const settings& how, const report& into, const std::string& machine) {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  std::vector<contest> contests;
  for (const int threads : {cores, 4 * cores}) {
    add<load_tiny::session, false>(contests, load_tiny::model(), "L2 H2 C32, a token, " + machine,
                                   threads, 2, 16, 65, 2700);
    add<load_tiny::session, true>(contests, load_tiny::model(),
                                  "L2 H2 C32, train_step B=2 T=16, " + machine, threads, 2, 16, 65,
                                  500);
    add<train_char_small::session, true>(contests, train_char_small::model(),
                                         "L4 H4 C128, train_step B=12 T=64, " + machine, threads,
                                         12, 64, 65, 10);
  }
  alternate(contests, how.rounds);
  for (const contest& done : contests) into.row(done);
}

}  // namespace

void load_rows(const settings& how, const report& into) {
  run(how, into, "idle machine");
  const foreign_load others;
  run(how, into, "a busy process a core");
}

}  // namespace bench
