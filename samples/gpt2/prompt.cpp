// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of prompts; see prompt.hpp.
#include "prompt.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/standard_streams.hpp"
#include "model_error.hpp"

namespace tenon::samples {
namespace {

// More than any context holds; bounds what is read of a pipe or a device.
constexpr std::size_t most_prompt_bytes = std::size_t{1} << 20;
constexpr int soon = 500, for_ever = -1;  // milliseconds

// A pipe may have nobody yet who writes to it: that the program waits is then said.
void wait_for_text(int file, const std::string& name) {
  pollfd ready{file, POLLIN, 0};
  struct stat facts{};
  if (fstat(file, &facts) != 0 || !S_ISFIFO(facts.st_mode) || poll(&ready, 1, soon) != 0) return;
  note(fmt::format("{} is a pipe: waiting for text in it\n", name));
}

std::string read_all(int file, const std::string& name) {
  wait_for_text(file, name);
  std::string text(most_prompt_bytes + 1, '\0');
  std::size_t bytes = 0;
  for (ssize_t got = 1; got != 0 && bytes < text.size();) {
    pollfd ready{file, POLLIN, 0};
    poll(&ready, 1, for_ever);  // it may be one that does not block
    got = read(file, text.data() + bytes, text.size() - bytes);
    if (got > 0)
      bytes += static_cast<std::size_t>(got);
    else if (got < 0 && errno != EINTR && errno != EAGAIN)
      throw model_error(name + " cannot be read; give a text file");
  }
  text.resize(bytes);
  if (text.size() > most_prompt_bytes)
    throw model_error(
        fmt::format("{} has more than {} bytes; shorten it", name, most_prompt_bytes));
  return text;
}

std::string read_any(const prompt_source& from) {
  if (from.file.empty()) return from.text;
  if (from.file == "-") return read_all(STDIN_FILENO, "standard input");
  const std::string name = fmt::format("prompt file '{}'", from.file.string());
  // In the ordinary way, to open a pipe would wait for its writer without a word.
  const int file = open(from.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw model_error(name + " cannot be opened; is it there, and may you read it?");
  const struct closing {
    int file;
    ~closing() { close(file); }
  } at_end{file};
  return read_all(file, name);
}

}  // namespace

std::string read_prompt(const prompt_source& from) {
  std::string text = read_any(from);
  if (text.empty())
    throw model_error("the prompt is empty; give some text, or <|endoftext|> to begin a new one");
  return text;
}

}  // namespace tenon::samples
