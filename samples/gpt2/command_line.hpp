// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the command lines of gpt2 and nanogpt have in common; both have subcommands.
#pragma once

#include <cstdint>
#include <functional>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "standard_streams.hpp"

namespace tenon::samples {

inline void add_threads(CLI::App& command, std::int32_t& threads) {
  command.add_option("-t,--threads", threads, "0: as many as this process may use")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

/// Parses, then does what was asked: `run` gives the exit code. 1 for what it throws and for
/// results that standard output did not take, which is told on standard error; 2 for a wrong
/// command line.
inline int run_command(CLI::App& app, int argc, char** argv, const std::function<int()>& run) {
  prepare_standard_streams();
  app.require_subcommand(1);
  int code = 0;
  try {
    try {
      app.parse(argc, argv);
      code = run();
    } catch (const CLI::ParseError& error) {  // also that --help was asked for
      std::ostringstream output, errors;
      if (app.exit(error, output, errors) != 0) code = 2;
      standard_output.write(output.str());
      note(errors.str());
    }
    standard_output.check();
  } catch (const reader_has_ended&) {
    end_by_pipe_signal();
  } catch (const std::exception& error) {
    note(std::string("error: ") + error.what() + "\n");
    return 1;
  }
  return code;
}

}  // namespace tenon::samples
