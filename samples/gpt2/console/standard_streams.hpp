// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Standard output and standard error. Progress that cannot be written never stops work; results
// that cannot are an error at the end.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tenon::samples {

/// To be called before anything is opened. Standard descriptors that are closed are made to fail
/// when they are used: a file that is opened later would get their number, and text for a terminal
/// would go into it. A pipe whose reader has ended and a file that may not grow are errors of
/// writing from then on, not signals that end the process.
void prepare_standard_streams();

/// What is thrown where the reader of a pipe has ended, which is no error (`| head`).
struct reader_has_ended {};

/// Results on a standard stream. Writing never throws; once something could not be written the rest
/// is dropped. Nothing that a file holds reaches a terminal as a control sequence: what is not
/// printable becomes \xNN there, but for line ends and tabs.
class result_stream {
 public:
  constexpr result_stream(int descriptor, const char* name)
      : descriptor_(descriptor), name_(name) {}

  /// Text itself, such as a model's: whole characters; bit for bit where it is no terminal.
  void write(std::string_view text);
  /// Text about something, which may land on a terminal later: printable in any case.
  void report(std::string_view text);
  [[nodiscard]] bool lost() const { return error_ != 0; }
  /// Throws reader_has_ended or model_error if something was lost.
  void check() const;

 private:
  int descriptor_;
  const char* name_;
  int error_ = 0;  // the first errno
};

extern result_stream standard_output, standard_error;

/// Writes to standard error what helps people: speeds, warnings, errors; printable, and lost where
/// that cannot be.
void note(std::string_view text);

/// Ends the process as a pipe without a reader ends others; returns where the caller has turned
/// that off.
void end_by_pipe_signal();

/// A line on standard error that is renewed: ten times a second on a terminal; elsewhere a new line
/// every two seconds, so that a file stays short.
class status_line {
 public:
  /// Whether it is time to show it again.
  [[nodiscard]] bool due();
  void show(std::string_view text);
  /// Takes it off a terminal, before something else is written.
  void clear();

 private:
  using clock = std::chrono::steady_clock;
  clock::time_point last_ = clock::now();
  bool on_line_ = false;  // a line of a terminal is begun and not ended
};

}  // namespace tenon::samples
