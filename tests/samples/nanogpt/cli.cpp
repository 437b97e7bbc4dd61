// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program nanogpt as a user meets it: it learns, stops, goes on with the same bits, and
// samples.
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>

#include "program.hpp"
#include "scratch.hpp"
#include "training/state.hpp"

using Catch::Matchers::Contains;

namespace {

const std::filesystem::path source = TENON_SOURCE_DIR;

outcome run_nanogpt(std::vector<std::string> arguments) {
  return run_program(TENON_NANOGPT, std::move(arguments));
}

// A text that stays as it is, prepared: what is learned of it has bounds.
struct prepared {
  scratch_directory folder;
  prepared() {
    folder.write("text", contents(source / "LICENSE"));
    const auto found = run_nanogpt({"prepare", "--text", path("text"), "--out", path("data")});
    INFO(found.errors);
    REQUIRE(found.code == 0);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  std::vector<std::string> train(const std::string& out, std::vector<std::string> more) const {
    std::vector<std::string> arguments{
        "train", "--data",          path("data"), "--out",           path(out), "--batch_size",
        "4",     "--eval_iters",    "2",          "--max_iters",     "60",      "--warmup_iters",
        "5",     "--eval_interval", "20",         "--learning_rate", "3e-3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string state(const std::string& out, const char* step = "00000060") const {
    return contents(folder.path() / out / (std::string("state-") + step + ".safetensors"));
  }
};

// Starts the program, sends it a signal when its log has so many lines, and gives its exit status.
int run_and_signal(const std::vector<std::string>& arguments, const std::filesystem::path& log,
                   std::size_t lines, int signal) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> argv{const_cast<char*>(TENON_NANOGPT)};
    for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
    argv.push_back(nullptr);
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execv(TENON_NANOGPT, argv.data());
    _exit(127);
  }
  int status = 0;
  for (int waits = 0; waits < 60000; ++waits) {
    if (waitpid(child, &status, WNOHANG) == child) return status;  // it was done before
    std::ifstream file(log);
    std::size_t found = 0;
    for (std::string line; std::getline(file, line);) ++found;
    if (found >= lines) break;
    usleep(2000);
  }
  kill(child, signal);
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("it learns, and writes models, log, curve and states", "[nanogpt]") {
  const prepared text;
  const auto found = run_nanogpt(text.train("run", {"--seed", "1"}));
  INFO(found.output << found.errors);
  REQUIRE(found.code == 0);
  CHECK_THAT(found.output, Contains("model shakespeare_char_cpu: ") &&
                               Contains("step 0: train loss 4.") &&
                               Contains("step 60: train loss") && Contains("done: 60 steps"));
  std::vector<nlohmann::json> lines;
  std::ifstream log(text.path("run/log.jsonl"));
  for (std::string line; std::getline(log, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE(lines.size() == 60 + 4);
  CHECK(lines.front().at("val_loss") == Approx(std::log(96)).margin(0.1));
  CHECK(lines.back().at("val_loss") < 3.4);
  CHECK(lines.back().at("train_loss") < 3.4);
  CHECK_THAT(contents(text.path("run/loss.svg")), Contains("</svg>"));
  CHECK(std::filesystem::exists(text.path("run/state-00000060.safetensors")));
  CHECK(std::filesystem::exists(text.path("run/state-00000040.safetensors")));
  CHECK_FALSE(std::filesystem::exists(text.path("run/state-00000020.safetensors")));
  CHECK(contents(text.path("run/best/model.safetensors")) ==
        contents(text.path("run/last/model.safetensors")));
  // As transformers wants GPT-2: with biases.
  const auto model =
      tenon::runtime::safetensors_file::open(text.path("run/best/model.safetensors"));
  REQUIRE(model);
  CHECK(model->size() == 2 + 4 * 12 + 2);
  const auto config = nlohmann::json::parse(contents(text.path("run/best/config.json")));
  CHECK(config.at("model_type") == "gpt2");
  CHECK(config.at("n_embd") == 128);

  const auto sample = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"sample", "--out", text.path("run"), "--prompt",
                                       "The model"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_nanogpt(arguments);
  };
  const auto said = sample({"--tokens", "200"});  // three times the context
  INFO(said.errors);
  CHECK(said.code == 0);
  CHECK(said.output.substr(0, 9) == "The model");
  CHECK(said.output.size() >= 9 + 200 + 1);
  CHECK(sample({"--tokens", "200"}).output == said.output);
  CHECK(sample({"--tokens", "200", "--seed", "2"}).output != said.output);
  CHECK(sample({"--tokens", "200", "--threads", "3", "--which", "last"}).output == said.output);
}

TEST_CASE("the bits are equal for any number of threads and after any stop", "[nanogpt]") {
  const prepared text;
  const std::string parts = GENERATE("1", "3");
  const std::vector<std::string> how{
      "--gradient_accumulation_steps", parts, "--max_iters", "12", "--eval_interval", "5"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), how.begin(), how.end());
    return more;
  };
  const auto state = [&](const std::string& out) { return text.state(out, "00000012"); };
  REQUIRE(run_nanogpt(text.train("whole", with({"--threads", "1"}))).code == 0);
  for (const char* threads : {"2", "3", "8"}) {
    if (parts != "1" && threads != std::string("3")) continue;  // enough of those is enough
    const std::string out = std::string("threads") + threads;
    REQUIRE(run_nanogpt(text.train(out, with({"--threads", threads}))).code == 0);
    CHECK(state(out) == state("whole"));
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
    if (parts != "1" && (signal == SIGTERM || signal == SIGHUP)) continue;
    const std::string out = "stopped" + std::to_string(signal);
    const int status = run_and_signal(text.train(out, with({"--save_interval", "2"})),
                                      text.path(out) + "/log.jsonl", 6, signal);
    if (signal == SIGKILL)
      CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    else
      CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    const auto found =
        run_nanogpt(text.train(out, with({"--save_interval", "2", "--resume", "--threads", "2"})));
    INFO("signal " << signal << ": " << found.output << found.errors);
    CHECK(found.code == 0);
    CHECK_THAT(found.errors, Contains("going on from step"));
    CHECK(state(out) == state("whole"));
    CHECK(contents(text.path(out) + "/last/model.safetensors") ==
          contents(text.path("whole") + "/last/model.safetensors"));
  }
}

TEST_CASE("a damaged state is named and the one before is taken, to the same end", "[nanogpt]") {
  const prepared text;
  const std::vector<std::string> how{"--max_iters", "12", "--eval_interval", "4"};
  REQUIRE(run_nanogpt(text.train("run", how)).code == 0);
  const std::string whole = text.state("run", "00000012");
  text.folder.write("run/state-00000012.safetensors", whole.substr(0, whole.size() - 100));
  auto more = how;
  more.push_back("--resume");
  auto found = run_nanogpt(text.train("run", more));
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK_THAT(found.errors, Contains("state-00000012.safetensors is left out: ") &&
                               Contains("going on from step 8"));
  CHECK(text.state("run", "00000012") == whole);

  more.insert(more.end(), {"--beta1", "0.8"});
  found = run_nanogpt(text.train("run", more));
  CHECK(found.code == 1);
  CHECK_THAT(found.errors, Contains("its beta1 is '0.9', this run's 0.8") &&
                               Contains("error: none of the 2 states in '"));
}

TEST_CASE("a loop that restarts a run needs no other first call", "[nanogpt]") {
  const prepared text;
  const auto how = text.train("run", {"--max_iters", "4", "--resume"});
  auto found = run_nanogpt(how);
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK_THAT(found.errors,
             Contains("there is no state in '" + text.path("run") + "' yet: beginning at step 0"));
  found = run_nanogpt(how);
  CHECK(found.code == 0);
  CHECK_THAT(found.errors, Contains("going on from step 4"));
  // The model to start from counts where the run begins, not where it goes on.
  const auto from = text.train("next", {"--max_iters", "1", "--eval_interval", "1", "--resume",
                                        "--init_from", text.path("run/last")});
  REQUIRE(run_nanogpt(from).code == 0);
  const auto loss = [&](const std::string& run) {
    const std::string log = contents(text.path(run + "/log.jsonl"));
    return nlohmann::json::parse(log.substr(0, log.find('\n'))).at("val_loss").get<double>();
  };
  CHECK(loss("next") < loss("run") - 0.1);
}

TEST_CASE("a run goes on for more steps, on the schedule that it began with", "[nanogpt]") {
  const prepared text;
  const auto train = [&](const std::string& out, std::vector<std::string> more) {
    const auto found = run_nanogpt(text.train(out, std::move(more)));
    INFO(found.errors);
    CHECK(found.code == 0);
    return found.errors;
  };
  train("run", {"--max_iters", "8"});
  const std::string said = train("run", {"--max_iters", "12", "--resume"});
  CHECK_THAT(said, Contains("lr_decay_iters stays 8, as the run began: from that step on the "
                            "learning rate is min_lr, 0.0001; --lr_decay_iters 12 stretches it"));
  train("whole", {"--max_iters", "12", "--lr_decay_iters", "8"});
  const auto model = [&](const std::string& out) {
    return contents(text.path(out + "/last/model.safetensors"));
  };
  CHECK(model("run") == model("whole"));
  // Another schedule is taken, and what that does is said.
  CHECK_THAT(train("run", {"--max_iters", "14", "--lr_decay_iters", "14", "--resume"}),
             Contains("warning: lr_decay_iters was 8 and is 14 now: at step 12 the learning rate "
                      "goes from 0.0001 to "));
  // And stays where no other is given.
  CHECK_THAT(train("run", {"--max_iters", "15", "--resume"}), Contains("lr_decay_iters stays 14"));
}

TEST_CASE("how long it will take is said before and after the first steps", "[nanogpt]") {
  const prepared text;
  const auto found = run_nanogpt(text.train("run", {}));
  REQUIRE(found.code == 0);
  CHECK_THAT(found.output, Contains("60 steps of 1 x 4 x 64 tokens, as often as the text ") &&
                               Contains("what is not given is from nanoGPT's README (a CPU)"));
  CHECK_THAT(found.errors,
             Contains("57 steps are left: about 0:") && Contains(", of which evaluations 0:"));
}

TEST_CASE("training goes on from a model as well", "[nanogpt]") {
  const prepared text;
  REQUIRE(run_nanogpt(text.train("run", {})).code == 0);
  const auto found = run_nanogpt(text.train(
      "more", {"--init_from", text.path("run/best"), "--max_iters", "1", "--eval_interval", "1"}));
  INFO(found.errors);
  CHECK(found.code == 0);
  const auto first =
      nlohmann::json::parse(contents(text.path("more/log.jsonl"))
                                .substr(0, contents(text.path("more/log.jsonl")).find('\n')));
  CHECK(first.at("val_loss") < 3.4);
}

TEST_CASE("byte pairs are trained, and samples/gpt2 reads the model", "[nanogpt]") {
  const prepared text;
  const std::filesystem::path given = source / "samples/checkpoint/licences";
  const std::string vocab = (given / "vocab.json").string(), merges = given / "merges.txt";
  auto found = run_nanogpt({"prepare", "--text", text.path("text"), "--out", text.path("data"),
                            "--vocab", vocab, "--merges", merges});
  INFO(found.errors);
  REQUIRE(found.code == 0);
  CHECK_THAT(found.output, Contains("1024 different tokens (byte pairs)"));
  const auto how = text.train("run", {"--model", "licences", "--gradient_accumulation_steps", "1",
                                      "--block_size", "64", "--max_iters", "15"});
  found = run_nanogpt(how);
  INFO(found.output << found.errors);
  REQUIRE(found.code == 0);
  const std::filesystem::path best = text.path("run/best");
  CHECK(contents(best / "vocab.json") == contents(vocab));
  CHECK(contents(best / "merges.txt") == contents(merges));
  std::istringstream log(contents(text.path("run/log.jsonl")));
  std::string first, last;
  std::getline(log, first);
  for (std::string line; std::getline(log, line);) last = line;
  const auto loss = [](const std::string& line) {
    return nlohmann::json::parse(line).at("val_loss");
  };
  CHECK(loss(first) == Approx(std::log(1024)).margin(0.15));
  CHECK(loss(last) < 6.2);

  // Two programs, one model: the same text. Its end is not generated after so little training.
  const auto sample = run_nanogpt({"sample", "--out", text.path("run"), "--prompt", "The model",
                                   "--tokens", "30", "--temperature", "0"});
  const auto generated = run_program(TENON_GPT2, {"generate", "--model", best.string(), "--prompt",
                                                  "The model", "--tokens", "30", "--greedy"});
  INFO(sample.errors << generated.errors);
  CHECK(sample.code == 0);
  CHECK(generated.code == 0);
  CHECK(sample.output.size() > 30);
  CHECK(sample.output == generated.output);
  CHECK_THAT(generated.errors, Contains("after 30 new tokens"));
}

TEST_CASE("what a user can put right is said in one line", "[nanogpt]") {
  const prepared text;
  const auto check_error = [](const outcome& found, int code, const std::string& message) {
    CHECK(found.code == code);
    CHECK_THAT(found.errors, Contains(message));
  };
  check_error(run_nanogpt({}), 2, "subcommand");
  check_error(run_nanogpt({"train", "--out", "x"}), 2, "--data");
  check_error(run_nanogpt({"prepare", "--text", "x", "--out", "x", "--vocab", "x"}), 2,
              "--vocab requires --merges");
  check_error(run_nanogpt(text.train("x", {"--batch_size", "13"})), 1, "batch_size is 13");
  check_error(run_nanogpt(text.train("x", {"--batch_size", "two"})), 2,
              "--batch_size: 'two' is not a whole number of 1 to 2147483647");
  for (const char* wrong :
       {"--seed=-1", "--max_iters=0", "--max_iters=4294967297", "--beta1=1", "--learning_rate=nan",
        "--grad_clip=-1", "--keep=0", "--threads=-1", "--save_interval=-1"})
    check_error(run_nanogpt(text.train("x", {wrong})), 2, "is not a ");
  CHECK_THAT(run_nanogpt({"train", "--help"}).output, Contains("0 to 0.999999"));
  check_error(run_nanogpt({"sample", "--out", "x", "--seed=-1"}), 2, "--seed: '-1' is not a whole");
  check_error(run_nanogpt(text.train("x", {"--model", "gpt5"})), 1,
              "model 'gpt5' is not compiled in");
  check_error(run_nanogpt({"train", "--data", text.path("none"), "--out", text.path("x")}), 1,
              "has no meta.json");
  check_error(run_nanogpt({"sample", "--out", text.path("none")}), 1, "is not a directory");
  std::string many;
  for (char c = ' '; c < 127; ++c) many += c;
  text.folder.write("many", many + "\t\n" + many + many);
  REQUIRE(
      run_nanogpt({"prepare", "--text", text.path("many"), "--out", text.path("many.data")}).code ==
      0);
  check_error(run_nanogpt({"train", "--data", text.path("many.data"), "--out", text.path("x")}), 1,
              "the text has 97 different tokens, model 'shakespeare_char_cpu' was compiled for 96");
  text.folder.write("short", "a short text");
  REQUIRE(run_nanogpt({"prepare", "--text", text.path("short"), "--out", text.path("short.data")})
              .code == 0);
  check_error(run_nanogpt({"train", "--data", text.path("short.data"), "--out", text.path("x")}), 1,
              "has 10 tokens, block_size 64 needs at least 65");
  const auto tiny = text.train("once", {"--max_iters", "1", "--eval_iters", "1"});
  REQUIRE(run_nanogpt(tiny).code == 0);
  check_error(run_nanogpt(tiny), 1, "is there already; go on with --resume");
}

TEST_CASE("a pipe in the place of a file is refused, not waited for", "[nanogpt]") {
  const prepared text;
  const auto with_pipe = [&](const std::string& name, std::vector<std::string> arguments) {
    const std::filesystem::path file = text.path(name);
    std::filesystem::remove(file);
    std::filesystem::create_directories(file.parent_path());
    REQUIRE(mkfifo(file.c_str(), 0600) == 0);
    // It catches what timeout sends without being told.
    arguments.insert(arguments.begin(), {"-s", "KILL", "60", TENON_NANOGPT});
    const outcome found = run_program("/usr/bin/timeout", arguments);
    std::filesystem::remove(file);
    INFO(name << ": " << found.output << found.errors);
    CHECK(found.code == 1);
    CHECK_THAT(found.errors,
               Contains(file.string()) && (Contains("is not a regular file") ||
                                           Contains("is not a file; check the path") ||
                                           Contains("it is a pipe, and saving")));
  };
  const auto train = text.train("run", {"--max_iters", "1", "--eval_iters", "1"});
  auto resume = train;
  resume.push_back("--resume");
  for (const char* const name :
       {"log.jsonl", "settings.json", "loss.svg", "best/config.json", "last/model.safetensors"}) {
    std::filesystem::remove_all(text.path("run"));
    with_pipe(std::string("run/") + name, train);
  }
  std::filesystem::remove_all(text.path("run"));
  with_pipe("run/state-00000000.safetensors", resume);
  for (const char* const name : {"meta.json", "train.bin", "val.bin"}) {
    const std::string bytes = contents(text.path(std::string("data/") + name));
    with_pipe(std::string("data/") + name, train);
    text.folder.write(std::string("data/") + name, bytes);
  }
  with_pipe("more", {"prepare", "--text", text.path("more"), "--out", text.path("x")});
  with_pipe("out/meta.json", {"prepare", "--text", text.path("text"), "--out", text.path("out")});
}

TEST_CASE("streams that take nothing do not stop training", "[nanogpt]") {
  const prepared text;
  const auto train = [&](const std::string& out, const std::string& how,
                         const std::string& before = "") {
    std::string command = before + "program";
    for (const std::string& each : text.train(out, {"--max_iters", "3", "--eval_iters", "1"}))
      command += " '" + each + "'";
    return run_shell(TENON_NANOGPT, command + " " + how);
  };
  const std::string state = "00000003";
  REQUIRE(train("whole", "").code == 0);
  for (const char* errors : {"2>/dev/full", "2>&-"}) {
    const std::string out = errors[2] == '/' ? "full2" : "closed2";
    CHECK(train(out, errors).code == 0);
    CHECK(text.state(out, state.c_str()) == text.state("whole", state.c_str()));
  }
  const outcome full = train("full", ">/dev/full");
  CHECK(full.code == 1);
  CHECK_THAT(full.errors, Contains("standard output cannot be written to: No space left"));
  CHECK(text.state("full", state.c_str()) == text.state("whole", state.c_str()));
  const outcome piped = train("piped", ">&3", reader_gone);
  CHECK(piped.code == 128 + SIGPIPE);
  CHECK(text.state("piped", state.c_str()) == text.state("whole", state.c_str()));
}
