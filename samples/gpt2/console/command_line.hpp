// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the command lines of gpt2 and nanogpt have in common; both have subcommands.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <limits>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "console/standard_streams.hpp"

namespace tenon::samples {

/// For transform(): a decimal number from `least` to `most`, in the form in which CLI11 reads it
/// (to it -1 is a large number without sign, and 010 is eight).
inline CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  const auto check = [=](std::string& text) {
    std::uint64_t value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || value < least || value > most)
      return "'" + text + "' is not a whole number of " + range;
    text = std::to_string(value);
    return std::string();
  };
  return {check, range};
}

/// A number from `least` to `most`; neither is infinite.
inline CLI::Validator real_number(double least, double most) {
  std::ostringstream range;
  range << least << " to " << most;
  const auto check = [=, range = range.str()](std::string& text) {
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || !(value >= least && value <= most))
      return "'" + text + "' is not a number of " + range;
    return std::string();
  };
  return {check, range.str()};
}

inline void add_threads(CLI::App& command, std::int32_t& threads) {
  command.add_option("-t,--threads", threads, "0: as many as this process may use")
      ->transform(whole_number(0, 1024))
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
      standard_output.report(output.str());
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
