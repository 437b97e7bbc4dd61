// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls that must not overlap, forks, and callbacks that throw: each ends with a status, and what
// was on goes on undisturbed.
#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <tenon/runtime/profile.h>

#include "fixture/learner.tenon.h"
#include "fixture/scratch.hpp"
#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;

namespace {

// A pool of one thread that does something while a call is on.
struct interruption {
  std::function<void()> meanwhile = [] {};
  static void run(void* context, std::int32_t, tenon_task task, void* argument) {
    static_cast<interruption*>(context)->meanwhile();
    task(argument, 0);
  }
  rt::options options() {
    rt::options how{};
    how.threads = 1;
    how.parallel = run;
    how.parallel_context = this;
    return how;
  }
};

rt::options threads(int n) {
  rt::options how{};
  how.threads = n;
  return how;
}

// What `body` returns in a fork of this process: 100 where it takes too long, 101 where it crashes.
template <class Body>
int in_fork(Body&& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);
    _exit(body());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WTERMSIG(status) == SIGALRM ? 100 : 101;
}

}  // namespace

TEST_CASE("a call on a session that is in a call is refused") {
  interruption pause;
  auto session = *toy::session::create(toy_weights::make(), pause.options());
  auto ids = *rt::buffer<std::int32_t>::create(1);
  auto logits = *rt::buffer<float>::create(11), others = *rt::buffer<float>::create(11);
  ids[0] = 5;
  rt::status step, reset, record, untyped;
  pause.meanwhile = [&] {
    std::thread([&] {
      step = session.step({ids, 1, 1}, {others, 1}, 0);
      reset = session.reset();
      record = rt::status(tenon_session_record(session.handle(), 1));
      const void* in[] = {ids.data()};
      void* out[] = {others.data()};
      const std::int64_t dims[] = {1, 1, 0, 0, 0, 0};
      untyped = session.run(toy::step::index, in, out, dims);
      CHECK(session.cached() == 0);
    }).join();
  };
  REQUIRE(session.step({ids, 1, 1}, {logits, 1}, 0));
  for (const rt::status* each : {&step, &reset, &record, &untyped}) {
    CHECK(each->code() == TENON_BUSY);
    CHECK(std::string(each->message()) ==
          "the session is in a call of another thread; a session serves one caller at a time: make "
          "one for each thread, all from the same weights");
  }
  CHECK(session.cached() == 1);
  CHECK(logits[4] == toy_weights::logits(toy_weights::tensors(), {5})[4]);
  CHECK(others[4] == 0);
  pause.meanwhile = [] {};
  CHECK(session.step({ids, 1, 1}, {logits, 1}, 1));
}

TEST_CASE("threads that share a session get their result or are refused") {
  auto session = *toy::session::create(toy_weights::make(), threads(2));
  std::atomic<int> done{0}, refused{0}, wrong{0};
  const auto call = [&](int id) {
    auto ids = *rt::buffer<std::int32_t>::create(1);
    auto x = *rt::buffer<float>::create(3);
    ids[0] = id;
    const float right = toy_weights::embedded(toy_weights::tensors(), id, 0, 0);
    for (int i = 0; i < 2000; ++i) {
      const rt::status ran = session.forward({ids, 1, 1}, {x, 1, 1});
      (ran ? done : refused) += 1;
      if (ran ? x[0] != right : ran.code() != TENON_BUSY) wrong += 1;
    }
  };
  std::thread other(call, 3);
  call(7);
  other.join();
  CHECK(wrong == 0);
  CHECK(done + refused == 4000);
  CHECK(done > 0);
}

TEST_CASE("an entry that trains has its weights for itself") {
  interruption pause;
  rt::weights weights = *rt::weights::random(learner::model(), 1);
  auto trainer = *learner::session::create(weights, pause.options());
  auto other = *learner::session::create(weights);
  float sum = 0;
  std::int32_t count = 0;
  std::vector<float> bias = {1, 2, 3};
  const scratch_folder folder;
  const std::string file = folder.path() + "/model.safetensors";
  rt::status reads[4], trains, writes;
  pause.meanwhile = [&] {
    reads[0] = other.sum(sum);
    reads[1] = weights.read(rt::memory::value, "h.0.bias", bias);
    reads[2] = weights.save(file);
    trains = other.update({.lr = 1});
    writes = weights.write(rt::memory::value, "h.0.bias", bias);
  };

  REQUIRE(trainer.gradients({}, sum, count));
  for (const rt::status* each : {&reads[0], &reads[1], &reads[2], &trains, &writes})
    CHECK(each->code() == TENON_BUSY);
  CHECK(std::string(reads[0].message()) ==
        "entry 'sum': another call is changing the weights; one that trains or writes needs them "
        "alone: let it return first");
  CHECK_FALSE(std::filesystem::exists(file));

  // Beside a call that only reads, others may read.
  REQUIRE(trainer.sum(sum));
  CHECK(reads[0]);
  CHECK(reads[1]);
  CHECK(reads[2]);
  CHECK(trains.code() == TENON_BUSY);
  CHECK(std::string(trains.message()) ==
        "entry 'update' changes the weights, and other calls that read them are on: 1; one that "
        "trains or writes needs them alone: let those return first");
  CHECK(writes.code() == TENON_BUSY);
  CHECK(other.update({.lr = 1}));
}

TEST_CASE("a fork is told that its parent's session is not its own, and may make one", "[fork]") {
  auto session = *toy::session::create(toy_weights::make(), threads(3));
  std::optional<rt::weights> weights = toy_weights::make();
  auto ids = *rt::buffer<std::int32_t>::create(1);
  auto x = *rt::buffer<float>::create(3);
  ids[0] = 5;
  REQUIRE(session.forward({ids, 1, 1}, {x, 1, 1}));
  const float right = x[0];
  CHECK(in_fork([&] {
          const rt::status ran = session.forward({ids, 1, 1}, {x, 1, 1});
          if (ran.code() != TENON_INVALID_ARGUMENT) return 1;
          if (std::string(ran.message()) !=
              "the session was made before fork(), its threads are in the other process; make a "
              "session in this one")
            return 2;
          if (session.reset()) return 3;
          {
            const auto freed = std::move(session);
          }
          x[0] = 0;
          auto own = *toy::session::create(*weights, threads(3));
          if (!own.forward({ids, 1, 1}, {x, 1, 1}) || x[0] != right) return 4;
          weights.reset();
          return 0;
        }) == 0);
  x[0] = 0;
  REQUIRE(session.forward({ids, 1, 1}, {x, 1, 1}));
  CHECK(x[0] == right);
}

TEST_CASE("weights that were in use at a fork are free in it, half changed ones refused",
          "[fork]") {
  interruption pause;
  rt::weights weights = *rt::weights::random(learner::model(), 1);
  auto parents = *learner::session::create(weights, pause.options());
  float sum = 0;
  std::int32_t count = 0;
  int read = -1, changed = -1;
  pause.meanwhile = [&] {
    read = in_fork(
        [&] { return learner::session::create(weights, threads(2))->update({.lr = 1}) ? 0 : 1; });
  };
  REQUIRE(parents.sum(sum));
  CHECK(read == 0);
  pause.meanwhile = [&] {
    changed = in_fork([&] {
      const rt::status ran = learner::session::create(weights, threads(2))->sum(sum);
      return std::string(ran.message()) ==
                     "entry 'sum': the weights were being changed at fork(), so this process has "
                     "them half changed; load them anew"
                 ? 0
                 : 1;
    });
  };
  REQUIRE(parents.gradients({}, sum, count));
  CHECK(changed == 0);
  CHECK(parents.update({.lr = 1}));
}

TEST_CASE("a progress that throws ends the making of weights") {
  struct thrower {
    bool standard;
    static void tell(void* context, std::uint64_t, std::uint64_t) {
      if (static_cast<thrower*>(context)->standard) throw std::runtime_error("window was closed");
      throw 42;
    }
  } context{GENERATE(true, false)};
  rt::options how = threads(GENERATE(1, 2, 5));
  how.progress = thrower::tell;
  how.progress_context = &context;
  const auto made = rt::weights::random(toy::model(), 1, how);
  REQUIRE_FALSE(made);
  CHECK(made.error().code() == TENON_CALLBACK_THREW);
  CHECK(std::string(made.message()) ==
        (context.standard
             ? "options.progress threw 'window was closed'; callbacks of a C interface must return"
             : "options.progress threw what is no std::exception; callbacks of a C interface must "
               "return"));
}
