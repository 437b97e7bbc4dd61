// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the command lines of gpt2 and nanogpt have in common; both have subcommands.
#pragma once

#include <cstdint>
#include <functional>
#include <iostream>

#include <CLI/CLI.hpp>

namespace tenon::samples {

inline void add_threads(CLI::App& command, std::int32_t& threads) {
  command.add_option("-t,--threads", threads, "0: as many as this process may use")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

/// Parses, then does what was asked: `run` gives the exit code. 1 for what it throws, which is told
/// on standard error, 2 for a wrong command line.
inline int run_command(CLI::App& app, int argc, char** argv, const std::function<int()>& run) {
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run();
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace tenon::samples
