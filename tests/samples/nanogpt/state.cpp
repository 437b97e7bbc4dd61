// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// States: what is saved comes back bit for bit; what is not whole or not of the run is passed over.
#include "training/state.hpp"

#include <catch2/catch.hpp>
#include <tenon/runtime/files.hpp>

#include "model_error.hpp"
#include "rule_trainer.hpp"
#include "scratch.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using nlohmann::ordered_json;

namespace {

const ordered_json settings{{"learning_rate", 0.1}, {"model", "learner"}};

void train(rule_trainer& trainer, int steps) {
  const std::vector<std::int32_t> ids{1, 2, 3}, targets{2, 3, 4};
  float loss = 0, norm = 0;
  for (int i = 0; i < steps; ++i)
    REQUIRE(trainer.train_step({1, 3, ids, targets}, {i, 0.1F, 0.9F, 0.99F, 1e-8F, 0.1F, 1}, 1,
                               loss, norm));
}

// The state before step `step`.
void save_at(const scratch_directory& folder, rule_trainer& trainer, std::int64_t step) {
  save_state(folder.path(), trainer.weights(), {step, step - 1, 1.0 / 3}, settings, 100);
}

struct resumed {
  std::optional<run_position> position;
  std::vector<std::string> warnings;
  std::string error;
};
resumed resume(const scratch_directory& folder, rule_trainer& trainer,
               const ordered_json& configuration = settings) {
  resumed found;
  try {
    found.position =
        load_newest_state(folder.path(), trainer.weights(), configuration,
                          [&](const std::string& what) { found.warnings.push_back(what); });
  } catch (const model_error& error) {
    found.error = error.what();
  }
  return found;
}

std::string name_of(int step) {
  std::string digits = std::to_string(step);
  return "state-" + std::string(8 - digits.size(), '0') + digits + ".safetensors";
}

}  // namespace

TEST_CASE("a state gives back every bit and where the run stands") {
  const scratch_directory folder;
  rule_trainer trainer;
  REQUIRE(trainer.init(5));
  train(trainer, 3);
  save_at(folder, trainer, 3);
  rule_trainer other;
  const resumed found = resume(folder, other);
  REQUIRE(found.position);
  CHECK(found.warnings.empty());
  CHECK(found.position->step == 3);
  CHECK(found.position->evaluated_step == 2);
  CHECK(found.position->best_loss == 1.0 / 3);
  const auto wanted = all_of(trainer.weights());
  CHECK(wanted.size() == 3 * 12);
  CHECK(all_of(other.weights()) == wanted);
  CHECK(std::count(wanted.begin(), wanted.end(), 0.0F) == 0);

  // No evaluation yet: infinity is null in JSON.
  save_state(folder.path(), trainer.weights(), {4}, settings, 2);
  CHECK(resume(folder, other).position->best_loss == std::numeric_limits<double>::infinity());
}

TEST_CASE("the newest states are kept, and other files are left alone") {
  const scratch_directory folder;
  rule_trainer trainer;
  folder.write("state-mine.safetensors", "");
  folder.write("state-9.safetensors.old", "");
  folder.write("log.jsonl", "");
  for (const std::int64_t step : {5, 10, 100, 20})
    save_state(folder.path(), trainer.weights(), {step}, settings, 2);
  const auto states = states_in(folder.path());
  REQUIRE(states.size() == 2);
  CHECK(states[0].filename() == name_of(100));
  CHECK(states[1].filename() == name_of(20));
  CHECK(std::filesystem::exists(folder.path() / "state-mine.safetensors"));
  CHECK(std::filesystem::exists(folder.path() / "state-9.safetensors.old"));
  CHECK(std::filesystem::exists(folder.path() / "log.jsonl"));
}

TEST_CASE("what the killed left is removed, and nothing that is somebody's") {
  const scratch_directory folder;
  for (const char* const left : {"state-1.safetensors.tmp-77-0", "log.jsonl.tmp-1-12"})
    folder.write(left, "");
  const std::vector<std::string> mine{"my.tmp-notes.txt", "a.tmp-1", "a.tmp-1-2.txt",
                                      "state-1.safetensors"};
  for (const std::string& each : mine) folder.write(each, "");
  std::filesystem::create_directory(folder.path() / "b.tmp-1-2");
  remove_temporaries(folder.path());
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    found.push_back(entry.path().filename().string());
  CHECK_THAT(found, Catch::UnorderedEquals(
                        std::vector<std::string>{mine[0], mine[1], mine[2], mine[3], "b.tmp-1-2"}));
}

TEST_CASE("a folder without states has none to go on from") {
  const scratch_directory folder;
  rule_trainer trainer;
  const resumed found = resume(folder, trainer);
  CHECK_FALSE(found.position);
  CHECK(found.error.empty());
}

TEST_CASE("of damaged and foreign states the next older one is taken, and the reason is told") {
  const scratch_directory folder;
  rule_trainer trainer;
  REQUIRE(trainer.init(5));
  train(trainer, 2);
  save_at(folder, trainer, 2);
  const auto wanted = all_of(trainer.weights());
  train(trainer, 1);
  save_at(folder, trainer, 3);
  const std::string whole = contents(folder.path() / name_of(3));
  const auto check_passed_over = [&](const std::string& bytes, const std::string& reason) {
    folder.write(name_of(3), bytes);
    rule_trainer other;
    const resumed found = resume(folder, other);
    INFO(reason);
    REQUIRE(found.position);
    CHECK(found.position->step == 2);
    CHECK(all_of(other.weights()) == wanted);
    REQUIRE(found.warnings.size() == 1);
    CHECK_THAT(found.warnings[0], Contains(name_of(3) + " is left out: ") && Contains(reason));
  };
  check_passed_over("", "has 0 bytes");
  check_passed_over(whole.substr(0, 100), "claims a header");
  check_passed_over(whole.substr(0, whole.size() - 1), "lies at bytes");
  std::string damaged = whole;
  damaged.back() ^= 1;
  check_passed_over(damaged, "is damaged: its checksum");
  damaged = whole;
  damaged[damaged.find("best_loss\\\":0.") + 14] ^= 1;  // a digit of the header
  check_passed_over(damaged, "is damaged: its checksum");
  check_passed_over(contents(std::filesystem::path(TENON_SOURCE_DIR) /
                             "samples/checkpoint/licences/model.safetensors"),
                    "it is not a state of nanogpt train");
  check_passed_over(contents(folder.path() / name_of(2)), "it is that of step 2; its name says 3");

  // Any cut of the file is found.
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    folder.write(name_of(3), whole.substr(0, length));
    const resumed found = resume(folder, trainer);
    REQUIRE(found.position);
    CHECK(found.position->step == 2);
  }
}

TEST_CASE("a state of other settings is refused, and the setting is named") {
  const scratch_directory folder;
  rule_trainer trainer;
  save_at(folder, trainer, 3);
  ordered_json other = settings;
  other["learning_rate"] = 0.2;
  resumed found = resume(folder, trainer, other);
  CHECK_FALSE(found.position);
  REQUIRE(found.warnings.size() == 1);
  CHECK_THAT(found.warnings[0], Contains("its learning_rate is '0.1', this run's 0.2"));
  CHECK_THAT(found.error, Contains("none of the 1 states in '") && Contains("can be resumed"));
  other = settings;
  other["beta1"] = 0.9;
  CHECK_THAT(resume(folder, trainer, other).warnings.at(0), Contains("it says nothing of beta1"));
}

TEST_CASE("whatever the run's description says, a state loads or is refused") {
  const scratch_directory folder;
  rule_trainer trainer;
  const auto warning = [&](const std::string& run) {
    const tenon_metadata metadata{"tenon.run", run.c_str()};
    const tenon_safetensors contents{nullptr, 0, nullptr, nullptr, &metadata, 1, "tenon.checksum"};
    REQUIRE(tenon::runtime::write_safetensors((folder.path() / name_of(1)).string(), contents));
    const resumed found = resume(folder, trainer);
    CHECK_FALSE(found.position);
    return found.warnings.at(0);
  };
  CHECK_THAT(warning("{"), Contains("its version is missing"));
  CHECK_THAT(warning("[]"), Contains("its version is missing"));
  CHECK_THAT(warning(R"({"version":"1"})"), Contains("its version is missing or no whole number"));
  CHECK_THAT(warning(R"({"version":2})"), Contains("its format is version 2, this program has 1"));
  CHECK_THAT(warning(R"({"version":1})"), Contains("it says nothing of learning_rate"));
  const std::string configuration = settings.dump();
  const std::string start = R"({"version":1,"configuration":)" + configuration;
  CHECK_THAT(warning(start + "}"), Contains("does not have the hash"));
  const std::string hash =
      R"(,"configuration_hash":")" + fingerprint_of(nlohmann::json(settings).dump()) + "\"";
  CHECK_THAT(warning(start + hash + "}"), Contains("its step is missing"));
  CHECK_THAT(warning(start + hash + R"(,"step":1,"evaluated_step":0,"best_loss":"x"})"),
             Contains("its best_loss is no number"));
  CHECK_THAT(warning(start + hash + R"(,"step":1,"evaluated_step":0})"),
             Contains("it has 0 tensors, a state has 9"));
}
