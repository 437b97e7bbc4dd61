// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Standard streams without buffers of their own; see standard_streams.hpp.
#include "console/standard_streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <tenon/runtime/printable.hpp>

#include "model_error.hpp"

namespace tenon::samples {
namespace {

constexpr int for_ever = -1, briefly = 100;  // milliseconds

// Written all, or the errno. A descriptor that does not block is waited for so long.
int write_all(int descriptor, std::string_view text, int wait) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    pollfd ready{descriptor, POLLOUT, 0};
    if (errno != EAGAIN || poll(&ready, 1, wait) == 0) return errno;
  }
  return 0;
}

bool has_default_action(int signal) {
  struct sigaction now{};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

bool pipe_signal_was_default = true;

constexpr std::string_view fresh_line = "\r\x1b[K", kept = "\n\t";

}  // namespace

result_stream standard_output(STDOUT_FILENO, "standard output"),
    standard_error(STDERR_FILENO, "standard error");

void prepare_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      // The lowest free number is this one, as those below are open. Of the other direction.
      const int made = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
      if (made >= 0 && made != descriptor) close(made);
    }
  pipe_signal_was_default = has_default_action(SIGPIPE);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void result_stream::write(std::string_view text) {
  if (error_ != 0) return;
  if (isatty(descriptor_) == 1) return report(text);
  error_ = write_all(descriptor_, text, for_ever);
}

void result_stream::report(std::string_view text) {
  if (error_ == 0) error_ = write_all(descriptor_, runtime::printable(text, kept), for_ever);
}

void result_stream::check() const {
  if (error_ == 0) return;
  if (error_ == EPIPE && pipe_signal_was_default) throw reader_has_ended{};
  throw model_error(fmt::format("{} cannot be written to: {}; what was to be there is incomplete",
                                name_, std::strerror(error_)));
}

void note(std::string_view text) {
  write_all(STDERR_FILENO, runtime::printable(text, kept), briefly);
}

void end_by_pipe_signal() {
  if (!pipe_signal_was_default) return;
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

bool status_line::due() {
  using namespace std::chrono_literals;
  const clock::time_point now = clock::now();
  if (now - last_ < (isatty(STDERR_FILENO) == 1 ? 100ms : 2000ms)) return false;
  last_ = now;
  return true;
}

void status_line::show(std::string_view text) {
  on_line_ = isatty(STDERR_FILENO) == 1;
  const std::string line = runtime::printable(text);
  write_all(STDERR_FILENO, on_line_ ? fmt::format("{}{}", fresh_line, line) : line + "\n", briefly);
}

void status_line::clear() {
  if (on_line_) write_all(STDERR_FILENO, fresh_line, briefly);
  on_line_ = false;
}

}  // namespace tenon::samples
