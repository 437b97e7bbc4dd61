// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop of training with a trainer that needs no kernels: what it calls, what it writes, and
// that a run that was stopped anywhere ends with the bits of one that was not.
#include "training/training_run.hpp"

#include <cmath>
#include <csignal>
#include <sstream>

#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "model_error.hpp"
#include "rule_trainer.hpp"
#include "scratch.hpp"
#include "training/stop_signal.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

token_file text_of(std::uint16_t shift, std::size_t size) {
  std::vector<std::uint16_t> ids(size);
  for (std::size_t i = 0; i < size; ++i) ids[i] = static_cast<std::uint16_t>(i * i % 61 + shift);
  return token_file(ids);
}

train_settings few_steps() {
  train_settings settings;
  settings.batch_size = 2;
  settings.block_size = 8;
  settings.gradient_accumulation_steps = 1;
  settings.max_iters = 23;
  settings.warmup_iters = 4;
  settings.lr_decay_iters = 20;
  settings.learning_rate = 0.01;
  settings.min_lr = 0.001;
  settings.eval_interval = 5;
  settings.eval_iters = 3;
  return settings;
}

struct fixture {
  scratch_directory folder;
  rule_trainer trainer;
  token_file train = text_of(0, 500), val = text_of(1, 100);
  train_settings settings = few_steps();
  std::vector<std::string> written;
  std::int64_t save_interval = 5;
  std::string refused;  // a model that cannot be written

  run_end go(run_position& position, std::function<bool()> stop = [] { return false; }) {
    const run_outcome outcome = attempt(position, std::move(stop));
    CHECK(outcome.lost.empty());
    return outcome.how;
  }
  run_outcome attempt(run_position& position, std::function<bool()> stop = [] { return false; }) {
    return run_training({trainer, train, val, settings, deciding(settings), folder.path(),
                         "a title", save_interval, 2,
                         [&](const char* where) {
                           if (where == refused) throw model_error(refused + " is refused");
                           written.emplace_back(where);
                         },
                         std::move(stop)},
                        position);
  }
  // Begins anew, or goes on from the state on disk.
  run_position begin() {
    const auto warn = [](const std::string& what) { FAIL(what); };
    const auto found =
        load_newest_state(folder.path(), trainer.weights(), deciding(settings), warn);
    if (!found) REQUIRE(trainer.init(3));
    return found.value_or(run_position{});
  }
  // The log without speeds, which differ from run to run.
  std::vector<nlohmann::json> log() const {
    std::istringstream text(contents(folder.path() / "log.jsonl"));
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(nlohmann::json::parse(line));
      lines.back().erase("tokens_per_second");
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("a run steps, evaluates, saves and writes its models") {
  fixture run;
  run_position position = run.begin();
  CHECK(run.go(position) == run_end::finished);
  CHECK(position.step == 23);
  CHECK(position.evaluated_step == 23);
  CHECK(run.trainer.steps == 23);
  CHECK(run.trainer.evaluations == 6 * 2 * 3);  // before steps 0, 5, 10, 15, 20 and at the end
  CHECK(run.trainer.last.step == 22);
  CHECK(run.trainer.last.learning_rate == 0.001F);
  CHECK(run.trainer.last.beta2 == 0.95F);
  CHECK(run.trainer.last.epsilon == 1e-8F);
  CHECK(run.written.back() == "last");
  CHECK(run.written.front() == "best");
  const auto states = states_in(run.folder.path());
  REQUIRE(states.size() == 2);
  CHECK(states[0].filename() == "state-00000023.safetensors");
  CHECK(states[1].filename() == "state-00000020.safetensors");
  CHECK(run.log().size() == 23 + 6);
  CHECK_THAT(contents(run.folder.path() / "loss.svg"), Contains("a title"));
}

TEST_CASE("a step in parts scales and numbers them") {
  fixture run;
  run.settings.gradient_accumulation_steps = 3;
  run.settings.max_iters = 2;
  run_position position = run.begin();
  run.go(position);
  REQUIRE(run.trainer.parts.size() == 6);
  for (int i = 0; i < 6; ++i) {
    CHECK(run.trainer.parts[i].micro_step == i % 3);
    CHECK(run.trainer.parts[i].first_sequence == 2 * (i % 3));
    CHECK(run.trainer.parts[i].scale == 1.0F / 3);
  }
  CHECK(run.trainer.steps == 2);
}

TEST_CASE("a run that was stopped anywhere, any number of times, ends with the same bits") {
  const std::int64_t parts = GENERATE(1, 3);
  fixture whole;
  whole.settings.gradient_accumulation_steps = parts;
  run_position position = whole.begin();
  whole.go(position);
  const auto wanted = all_of(whole.trainer.weights());
  const auto log = whole.log();
  const double best = position.best_loss;

  for (const int every : {1, 7, 19}) {  // asked so often, then it stops
    scratch_directory folder;
    std::vector<float> found;
    int pieces = 0;
    for (bool finished = false; !finished; ++pieces) {
      REQUIRE(pieces < 200);
      fixture run;  // all that is kept is on disk
      run.settings.gradient_accumulation_steps = parts;
      for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        std::filesystem::rename(entry.path(), run.folder.path() / entry.path().filename());
      position = run.begin();
      // A step or an evaluation has to come through, or it would stop in the same one for ever.
      const bool evaluates = position.step % 5 == 0 || position.step == 23;
      int asked = 0, bound = every + 1 + (evaluates ? 6 : 0);
      finished = run.go(position, [&] { return ++asked >= bound; }) == run_end::finished;
      found = all_of(run.trainer.weights());
      if (finished) CHECK(run.log() == log);
      for (const auto& entry : std::filesystem::directory_iterator(run.folder.path()))
        std::filesystem::rename(entry.path(), folder.path() / entry.path().filename());
    }
    INFO("in " << pieces << " pieces");
    CHECK(pieces > 1);
    CHECK(found == wanted);
    CHECK(position.best_loss == best);
  }
}

TEST_CASE("a longer run goes on from the end of a shorter one") {
  fixture run;
  run_position position = run.begin();
  run.go(position);
  run.settings.max_iters = 30;
  position = run.begin();
  CHECK(position.step == 23);
  CHECK(run.go(position) == run_end::finished);
  CHECK(position.step == 30);
  // And there is nothing more to do.
  position = run.begin();
  const int steps = run.trainer.steps;
  CHECK(run.go(position) == run_end::finished);
  CHECK(run.trainer.steps == steps);
}

TEST_CASE("a state is there before the first step, and only then", "[faults]") {
  fixture run;
  run_position position = run.begin();
  int asked = 0;
  CHECK(run.go(position, [&] { return ++asked == 3; }) == run_end::stopped);  // while it evaluates
  REQUIRE(states_in(run.folder.path()).size() == 1);
  CHECK(states_in(run.folder.path())[0].filename() == "state-00000000.safetensors");
  position = run.begin();
  CHECK(position.step == 0);
  CHECK(position.evaluated_step == -1);
}

TEST_CASE("a loss that is no number ends the run, and is in no state", "[faults]") {
  fixture run;
  run.trainer.next_loss_from(7, std::nanf(""));
  SECTION("in one step: the weights are lost with it") {
    run_position position = run.begin();
    CHECK_THROWS_WITH(run.go(position),
                      Contains("the loss is nan at step 7; lower learning_rate or grad_clip and "
                               "begin anew; the newest state in '") &&
                          EndsWith("is that of step 5"));
  }
  SECTION("in parts: it is known before the weights change") {
    run.settings.gradient_accumulation_steps = 2;
    run_position position = run.begin();
    CHECK_THROWS_WITH(run.go(position), Contains("the loss is nan at step 7") &&
                                            EndsWith("the state of step 7 is saved"));
    CHECK(run.begin().step == 7);
  }
}

TEST_CASE("an error of the model ends the run after a state is saved", "[faults]") {
  fixture run;
  run_position position = run.begin();
  run.trainer.fail_at = 8;
  CHECK_THROWS_WITH(run.go(position),
                    Contains("fails by rule") && EndsWith("the state of step 8 is saved"));
  CHECK(run.begin().step == 8);
}

TEST_CASE("values that are not finite are in no state", "[faults]") {
  fixture run;
  run_position position = run.begin();
  const tenon::runtime::tensor_list tensors = *run.trainer.weights().tensors();
  const std::string name = tensors[0].name;
  std::vector<float> values(tenon::runtime::bytes_of(tensors[0]) / sizeof(float));
  values.back() = std::numeric_limits<float>::infinity();
  REQUIRE(run.trainer.weights().write(tenon::runtime::memory::moment_1, name,
                                      std::span<const float>(values)));
  CHECK_THROWS_WITH(run.go(position), Contains("moment_1." + name + " has a value of inf"));
  CHECK(states_in(run.folder.path()).empty());
}

namespace {

// No file grows beyond `bytes` while it lives: what a full disk does.
struct full_disk {
  rlimit before{};
  explicit full_disk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~full_disk() { setrlimit(RLIMIT_FSIZE, &before); }
};

}  // namespace

TEST_CASE("a disk that is full for a while costs lines of the log, no step and no state",
          "[faults]") {
  fixture run;
  run_position position = run.begin();
  std::optional<full_disk> full;
  const run_outcome outcome = run.attempt(position, [&] {
    if (run.trainer.steps == 8 && !full) full.emplace(0);
    if (run.trainer.steps == 13) full.reset();
    return false;
  });
  CHECK(outcome.how == run_end::finished);
  REQUIRE(outcome.lost.size() == 1);
  CHECK_THAT(outcome.lost[0], Contains("log.jsonl' lacks lines from step 8 on: File too large"));
  CHECK(states_in(run.folder.path())[0].filename() == "state-00000023.safetensors");
  CHECK(run.log().size() == 23 + 6 - 5 - 1);  // steps 8 to 12, the evaluation before 10
  CHECK(run.written.back() == "last");
}

TEST_CASE("a disk that stays full is an error at the end, which names the state that is there",
          "[faults]") {
  fixture run;
  run_position position = run.begin();
  run_outcome outcome;
  {
    std::optional<full_disk> full;
    outcome = run.attempt(position, [&] {
      if (run.trainer.steps == 8 && !full) full.emplace(0);
      return false;
    });
  }
  CHECK(position.step == 23);
  REQUIRE(outcome.lost.size() == 3);  // the curve, the state, the log
  CHECK_THAT(outcome.lost[0], Contains("loss.svg"));
  CHECK_THAT(outcome.lost[1], Contains("state-00000023.safetensors': File too large") &&
                                  Contains("the newest state in '") &&
                                  EndsWith("is that of step 5"));
}

TEST_CASE("a best model that could never be written is written when the run goes on", "[faults]") {
  fixture run;
  run.settings.max_iters = 0;
  run_position position = run.begin();
  run.refused = "best";
  CHECK(run.attempt(position).lost == std::vector<std::string>{"best is refused"});
  CHECK_FALSE(std::isfinite(position.best_loss));
  const auto log = run.log();
  run.refused = "";
  run.written.clear();
  position = run.begin();
  CHECK(run.go(position) == run_end::finished);
  CHECK(std::isfinite(position.best_loss));
  CHECK(run.written == std::vector<std::string>{"best", "last"});
  CHECK(run.log() == log);
}

TEST_CASE("a run that can write nothing does not begin", "[faults]") {
  fixture run;
  run_position position = run.begin();
  const full_disk full(0);
  CHECK_THROWS_WITH(run.go(position), Contains("File too large") && Contains("there is no state"));
  CHECK(run.trainer.evaluations == 0);
}

TEST_CASE("signals are noted once and then end the process again") {
  CHECK(stop_signal::received() == 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const stop_signal stopping;
    CHECK(stop_signal::received() == 0);
    std::raise(signal);
    CHECK(stop_signal::received() == signal);
    struct sigaction now{};
    sigaction(signal, nullptr, &now);
    CHECK(now.sa_handler == SIG_DFL);
  }
}

TEST_CASE("a signal that the process is to ignore stays ignored") {  // nohup
  std::signal(SIGHUP, SIG_IGN);
  {
    const stop_signal stopping;
    std::raise(SIGHUP);
    CHECK(stop_signal::received() == 0);
  }
  std::signal(SIGHUP, SIG_DFL);
}
