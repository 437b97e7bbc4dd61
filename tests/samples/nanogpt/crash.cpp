// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process that saves states is killed at random instants: the newest state is whole, and it is of
// a step that was saved. TENON_CRASH_ROUNDS sets how often; a few times without it.
#include <csignal>
#include <cstdlib>
#include <random>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "model_error.hpp"
#include "rule_trainer.hpp"
#include "scratch.hpp"
#include "training/state.hpp"

using namespace tenon::samples;

namespace {

const nlohmann::ordered_json settings{{"learning_rate", 0.1}};

// Fills every tensor with a number that says which step it is of.
void fill(rule_trainer& trainer, std::int64_t step) {
  const tenon::runtime::tensor_list tensors = *trainer.weights().tensors();
  for (const auto what : {tenon::runtime::memory::value, tenon::runtime::memory::moment_1,
                          tenon::runtime::memory::moment_2})
    for (const tenon_named_tensor& tensor : tensors) {
      const std::vector<float> values(tenon::runtime::bytes_of(tensor) / sizeof(float),
                                      static_cast<float>(step));
      (void)trainer.weights().write(what, tensor.name, std::span<const float>(values));
    }
}

// Writes a byte to `told` when it has saved for the first time.
[[noreturn]] void save_for_ever(const std::filesystem::path& folder, std::int64_t from, int told) {
  rule_trainer trainer;
  for (std::int64_t step = from;; ++step) {
    fill(trainer, step);
    save_state(folder, trainer.weights(), {step}, settings, 2);
    if (step == from && write(told, "", 1) != 1) _exit(1);
  }
}

}  // namespace

TEST_CASE("killed at any instant, training has a whole state to go on from", "[crash]") {
  const char* const asked = std::getenv("TENON_CRASH_ROUNDS");
  const int rounds = asked != nullptr ? std::atoi(asked) : 40;
  REQUIRE(rounds > 0);
  const scratch_directory folder;
  std::mt19937 random(20);  // the instants still differ from run to run
  std::int64_t reached = 0;
  int new_states = 0, temporaries = 0;
  for (int round = 0; round < rounds; ++round) {
    int told[2];
    REQUIRE(pipe(told) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) save_for_ever(folder.path(), reached + 1, told[1]);
    close(told[1]);
    // Every second time after its first save, however late a busy machine lets it come to that.
    char byte = 0;
    const bool waits = round % 2 == 1;
    if (waits) CHECK(read(told[0], &byte, 1) == 1);
    usleep(2000 + random() % 20000);
    kill(child, SIGKILL);
    close(told[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));

    rule_trainer trainer;
    std::vector<std::string> warnings;
    const auto found =
        load_newest_state(folder.path(), trainer.weights(), settings,
                          [&](const std::string& what) { warnings.push_back(what); });
    CHECK(warnings.empty());  // a file with a state's name is always whole
    if (!found) {
      CHECK(reached == 0);
      continue;
    }
    CHECK(found->step >= reached + (waits ? 1 : 0));
    new_states += found->step > reached ? 1 : 0;
    reached = found->step;
    const auto values = all_of(trainer.weights());
    CHECK(values == std::vector<float>(values.size(), static_cast<float>(reached)));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      temporaries += entry.path().string().find(".tmp-") != std::string::npos ? 1 : 0;
    remove_temporaries(folder.path());
  }
  CHECK(new_states > rounds / 4);
  CHECK(temporaries > 0);  // it was killed in the middle of a save at least once
  // Those that died before they removed older states have left some.
  rule_trainer trainer;
  save_state(folder.path(), trainer.weights(), {reached + 1}, settings, 2);
  CHECK(states_in(folder.path()).size() == 2);
}

TEST_CASE("out of disk, the states before stay and the message names the file", "[crash]") {
  const scratch_directory folder;
  rule_trainer trainer;
  fill(trainer, 1);
  save_state(folder.path(), trainer.weights(), {1}, settings, 2);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const rlim_t most : {0, 100, 1000}) {
    const rlimit limit{most, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string message;
    try {
      save_state(folder.path(), trainer.weights(), {2}, settings, 1);
    } catch (const model_error& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_THAT(message, Catch::Contains("cannot write '") &&
                            Catch::Contains("state-00000002.safetensors': File too large") &&
                            Catch::Contains("is that of step 1"));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  }
  CHECK(load_newest_state(folder.path(), trainer.weights(), settings, [](const std::string&) {
        })->step == 1);
}
