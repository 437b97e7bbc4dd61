// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a program and collects what it wrote.
#pragma once

#include <string>
#include <vector>

struct outcome {
  int code;  // exit code, -1 if a signal ended it
  std::string output, errors;
};

/// A command line for bash, with its redirections; `program` stands for the program's path.
///   `output` is what the command leaves of standard output, `errors` the same.
outcome run_shell(const std::string& program, const std::string& command);

/// `input`: a file for standard input; nothing by default. `output`: a file for standard output, if
/// it is not to be collected.
outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& input = "/dev/null", const std::string& output = "");
