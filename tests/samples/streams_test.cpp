// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Standard streams that fail: a result that is lost is an error at the end, what only helps people
// is not, and a reader that has enough ends the program in silence.
#include <csignal>

#include <sys/stat.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "gpt2_program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;

namespace {

const std::string checkpoint =
    (std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences").string();

// `how`: what comes behind the command, redirections and pipes included; `before`: what before it.
outcome generate(const std::string& how, const std::string& before = "") {
  return run_shell(
      TENON_GPT2, before + "program generate -m '" + checkpoint + "' -p You -n 20 --greedy " + how);
}

}  // namespace

TEST_CASE("text is complete where standard error takes nothing", "[streams]") {
  const outcome whole = generate("");
  REQUIRE(whole.code == 0);
  for (const char* errors : {"2>/dev/full", "2>&-", "2>&3"}) {
    INFO(errors);
    const outcome found = generate(errors, reader_gone);
    CHECK(found.code == 0);
    CHECK(found.output == whole.output);
  }
}

TEST_CASE("text that standard output does not take is an error", "[streams]") {
  for (const auto& [output, why] :
       {std::pair{">/dev/full", "No space left on device"}, std::pair{">&-", "Bad file descriptor"},
        std::pair{"--no-stream >/dev/full", "No space left on device"}}) {
    INFO(output);
    const outcome found = generate(output);
    CHECK(found.code == 1);
    CHECK_THAT(found.errors, Contains("standard output cannot be written to: " + std::string(why)));
  }
  CHECK(run_shell(TENON_GPT2, "program --help >/dev/full").code == 1);
  CHECK(run_shell(TENON_GPT2, "program inspect -m '" + checkpoint + "' >/dev/full").code == 1);
}

TEST_CASE("a reader that has enough ends the program in silence", "[streams]") {
  CHECK(generate("2>/dev/null | head -c 3").output == "You");
  const outcome found = generate(">&3", reader_gone);
  CHECK(found.code == 128 + SIGPIPE);  // as other programs end
  CHECK_THAT(found.errors, !Contains("error:"));
  const outcome ignored = generate(">&3", "trap '' PIPE; " + reader_gone);
  CHECK(ignored.code == 1);
  CHECK_THAT(ignored.errors, Contains("standard output cannot be written to: Broken pipe"));
}

TEST_CASE("a pipe that does not block loses nothing", "[streams]") {
  // 200 tokens and their report are more than the reader takes at once.
  const outcome found =
      run_shell("/usr/bin/env",
                "python3 -c 'import fcntl, os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK); "
                "fcntl.fcntl(1, 1031, 4096); os.execv(\"" TENON_GPT2
                "\", [\"gpt2\", \"inspect\", \"-m\", \"" +
                    checkpoint + "\"])' | (sleep 1; cat)");
  CHECK_THAT(found.output, Contains("it loads"));
}

TEST_CASE("a closed standard output is no other file's", "[streams]") {
  const scratch_directory directory;
  const std::string trace = (directory.path() / "trace").string();
  const outcome found = generate("--profile '" + trace + "' >&- <&-");
  CHECK(found.code == 1);
  CHECK(nlohmann::json::parse(contents(trace)).contains("traceEvents"));
}

TEST_CASE("a profile that gets lost is an error after the text", "[streams]") {
  const outcome whole = generate("");
  outcome found = generate("--profile /dev/full");
  CHECK(found.code == 1);
  CHECK(found.output == whole.output);
  CHECK_THAT(found.errors, Contains("profile '/dev/full' could not be written"));
  const scratch_directory directory;
  found = generate("--profile '" + (directory.path() / "trace").string() + "' 2>/dev/full");
  CHECK(found.code == 1);  // its table
  CHECK(found.output == whole.output);
}

TEST_CASE("a pipe that has no partner yet is waited for, and that is said", "[streams]") {
  const scratch_directory directory;
  const std::string pipe = "'" + (directory.path() / "pipe").string() + "'",
                    said = "'" + (directory.path() / "said").string() + "'",
                    trace = "'" + (directory.path() / "trace").string() + "'";
  REQUIRE(mkfifo((directory.path() / "pipe").c_str(), 0600) == 0);
  // The partner comes when the program has said that it waits, or after a minute.
  const auto with_partner = [&](const std::string& partner, const std::string& command) {
    const outcome found = run_shell(
        TENON_GPT2, ": >" + said + "; (for i in {1..600}; do grep -q waiting " + said +
                        " && break; sleep 0.1; done; " + partner + ") & program " + command +
                        " -m '" + checkpoint + "' 2>" + said + "; code=$?; wait $!; exit $code");
    CHECK(found.code == 0);
    CHECK_THAT(contents(directory.path() / "said"), Contains("is a pipe: waiting for "));
    return found.output;
  };
  CHECK(with_partner("printf 'You may' >" + pipe, "tokenize --prompt-file " + pipe) ==
        run_gpt2({"tokenize", "-m", checkpoint, "-p", "You may"}).output);
  with_partner("cat " + pipe + " >" + trace, "generate -p You -n 2 --profile " + pipe);
  CHECK(nlohmann::json::parse(contents(directory.path() / "trace")).contains("traceEvents"));
}

TEST_CASE("escapes of text and names reach no terminal, and a file as they are", "[streams]") {
  const std::string prompt =
      "\x1b[31mYou\xc2\x9b"
      "2J\r may\n";
  const scratch_directory directory;
  directory.write("prompt", prompt);
  const std::string command = "generate -m '" + checkpoint + "' -n 1 --greedy --prompt-file '" +
                              (directory.path() / "prompt").string() + "'";
  CHECK(run_shell(TENON_GPT2, "program " + command).output.starts_with(prompt));
  // On a terminal, which `script` makes; it ends lines with \r\n and mixes both streams.
  const outcome shown = run_program("/usr/bin/script",
                                    {"-qec", std::string(TENON_GPT2) + " " + command, "/dev/null"});
  INFO(shown.output);
  CHECK_THAT(shown.output, Contains("\\x1b[31mYou\\xc2\\x9b2J\\x0d may\r\n"));
  CHECK(shown.output.find("\x1b[31m") == std::string::npos);
  CHECK(shown.output.find('\x9b') == std::string::npos);

  const outcome refused = run_program(TENON_GPT2, {"inspect", "-m", "/no\x1b]0;x\x07/such"});
  CHECK_THAT(refused.errors, Contains("'/no\\x1b]0;x\\x07/such' is not a directory"));
}
