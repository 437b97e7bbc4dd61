// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Texts to token files; see prepare.hpp.
#include "prepare.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "console/standard_streams.hpp"
#include "model_error.hpp"
#include "text/vocabulary.hpp"

namespace tenon::samples {
namespace {

constexpr std::uint64_t most_text_bytes = std::uint64_t{1} << 31;
constexpr std::int32_t most_tokens = 1 << 16;  // that uint16 can number

std::string read_texts(const std::vector<std::filesystem::path>& files) {
  std::string all;
  for (const std::filesystem::path& file : files) {
    const std::string text = read_file(file, most_text_bytes - all.size());
    check_utf8(text, file.string());
    all += text;
  }
  return all;
}

// Where the first nine tenths of the characters end, in bytes.
std::size_t split_at(std::string_view utf8) {
  const auto characters = [](std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    return count;
  };
  auto left = static_cast<std::size_t>(static_cast<double>(characters(utf8)) * 0.9);
  std::size_t at = 0;
  for (; left > 0; --left) at += character_bytes(utf8.substr(at));
  return at;
}

// The tokenizer's files go to the folder as they are; an unfit pair must not replace a good one. So
// they are first tried in a folder of their own, which is nobody's: it is removed with all in it.
vocabulary stage_bpe(const prepare_options& options) {
  std::string name = (options.out / "vocabulary.tmp-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw model_error(fmt::format("cannot make a folder in '{}': {}; choose another folder",
                                  options.out.string(), std::strerror(errno)));
  const std::filesystem::path staging = name;
  constexpr std::uint64_t most = std::uint64_t{128} << 20;
  struct remove_at_end {
    const std::filesystem::path& folder;
    ~remove_at_end() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } const cleaning{staging};
  replace_file(staging / "vocab.json", read_file(options.vocab, most));
  replace_file(staging / "merges.txt", read_file(options.merges, most));
  vocabulary tokens(bpe::load(staging));
  tokens.copy(staging, options.out);
  return tokens;
}

std::string bytes_of(const std::vector<std::int32_t>& ids) {
  std::string bytes;
  bytes.reserve(2 * ids.size());
  for (const std::int32_t id : ids) {
    bytes += static_cast<char>(id & 0xff);
    bytes += static_cast<char>(id >> 8);
  }
  return bytes;
}

}  // namespace

void run_prepare(const prepare_options& options) {
  const std::string text = read_texts(options.texts);
  if (text.empty()) throw model_error("the text is empty; give one with some characters");
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error)
    throw model_error(fmt::format("'{}' cannot be made: {}; choose another folder",
                                  options.out.string(), error.message()));
  const vocabulary tokens =
      options.vocab.empty() ? vocabulary(symbols::of_text(text)) : stage_bpe(options);
  if (tokens.size() > most_tokens)
    throw model_error(
        fmt::format("the vocabulary has {} tokens, at most {} can be stored; use "
                    "another text or tokenizer",
                    tokens.size(), most_tokens));
  const std::string_view whole = text;
  const std::size_t at = split_at(text);
  const std::vector<std::int32_t> train = tokens.encode(whole.substr(0, at)),
                                  val = tokens.encode(whole.substr(at));
  replace_file(options.out / "train.bin", bytes_of(train));
  replace_file(options.out / "val.bin", bytes_of(val));
  if (!tokens.is_bpe()) replace_file(options.out / "meta.json", tokens.meta());
  standard_output.report(
      fmt::format("{} bytes of text, {} different tokens ({})\n"
                  "train.bin has {} tokens, val.bin {}\n",
                  text.size(), tokens.size(), tokens.is_bpe() ? "byte pairs" : "characters",
                  train.size(), val.size()));
}

}  // namespace tenon::samples
