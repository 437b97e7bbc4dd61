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

/// What stands before a command to open its descriptor 3: a pipe whose reader has already ended.
inline const std::string reader_gone = "exec 3> >(exec <&-); wait $!; ";

/// `input`: a file for standard input; nothing by default. `output`: a file for standard output, if
/// it is not to be collected.
outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& input = "/dev/null", const std::string& output = "");
