// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Running of programs; see program.hpp.
#include "program.hpp"

#include <cstdlib>

#include <sys/wait.h>

#include "scratch.hpp"

namespace {

std::string quoted(const std::string& argument) {
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

outcome run_shell(const std::string& program, const std::string& command) {
  const std::string script = "program() { " + quoted(program) + " \"$@\"; }; " + command;
  return run_program("/bin/bash", {"-c", script});
}

outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& input, const std::string& output) {
  const scratch_directory directory;
  const std::string collected = (directory.path() / "output").string();
  const std::string errors = (directory.path() / "errors").string();
  std::string command = quoted(program);
  for (const std::string& argument : arguments) command += " " + quoted(argument);
  command += " <" + quoted(input) + " >" + quoted(output.empty() ? collected : output) + " 2>" +
             quoted(errors);
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output.empty() ? contents(collected) : "",
          contents(errors)};
}
