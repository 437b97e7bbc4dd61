// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading of prompts; see prompt.hpp.
#include "prompt.hpp"

#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "model_error.hpp"

namespace tenon::samples {
namespace {

// More than any context holds; bounds what is read of a pipe or a device.
constexpr std::size_t most_prompt_bytes = std::size_t{1} << 20;

std::string read_all(std::istream& stream, const std::string& name) {
  std::string text(most_prompt_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() && !stream) throw model_error(name + " cannot be read; give a text file");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > most_prompt_bytes)
    throw model_error(
        fmt::format("{} has more than {} bytes; shorten it", name, most_prompt_bytes));
  return text;
}

std::string read_any(const prompt_source& from) {
  if (from.file.empty()) return from.text;
  if (from.file == "-") return read_all(std::cin, "standard input");
  const std::string name = fmt::format("prompt file '{}'", from.file.string());
  std::ifstream file(from.file, std::ios::binary);
  if (!file) throw model_error(name + " cannot be opened; is it there, and may you read it?");
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
