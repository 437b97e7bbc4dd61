// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokens of a text; see vocabulary.hpp.
#include "text/vocabulary.hpp"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tenon/runtime/files.hpp>

#include "model_error.hpp"
#include "tokenizer/json_file.hpp"

namespace tenon::samples {
namespace {

constexpr const char* meta_file = "meta.json";
constexpr const char* bpe_files[] = {"vocab.json", "merges.txt"};
constexpr std::uint64_t most_vocabulary_bytes = std::uint64_t{128} << 20;

[[noreturn]] void wrong(const std::filesystem::path& file, const std::string& why) {
  throw model_error(fmt::format("{}: {}; run nanogpt prepare again", file.string(), why));
}

}  // namespace

vocabulary vocabulary::load(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / meta_file;
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    throw model_error(
        fmt::format("'{}' has no {}; pass a folder that nanogpt prepare or train wrote",
                    folder.string(), meta_file));
  const nlohmann::json meta = read_json(file);
  const auto kind = meta.is_object() ? meta.find("kind") : meta.end();
  if (kind == meta.end() || !kind->is_string()) wrong(file, "there is no kind of vocabulary in it");
  const std::string name = kind->get<std::string>();
  if (name == "bpe") return vocabulary(bpe::load(folder));
  if (name != "characters") wrong(file, "kind " + shown(name) + " is neither characters nor bpe");
  const auto list = meta.find("symbols");
  if (list == meta.end() || !list->is_array()) wrong(file, "there are no symbols in it");
  std::vector<std::string> characters;
  for (const auto& each : *list) {
    if (!each.is_string()) wrong(file, "a symbol is no string");
    characters.push_back(each.get<std::string>());
  }
  if (characters.empty() || characters.size() > (1 << 21))
    wrong(file, "there are no symbols in it");
  return vocabulary(symbols::of_list(std::move(characters)));
}

std::vector<std::int32_t> vocabulary::encode(std::string_view utf8) const {
  return std::visit([&](const auto& tokens) { return tokens.encode(utf8); }, tokens_);
}

std::int32_t vocabulary::size() const {
  return std::visit([](const auto& tokens) { return tokens.size(); }, tokens_);
}

std::optional<std::int32_t> vocabulary::end_of_text() const {
  if (const bpe* pairs = std::get_if<bpe>(&tokens_)) return pairs->find("<|endoftext|>");
  return std::nullopt;
}

std::string vocabulary::meta() const {
  nlohmann::ordered_json meta{{"kind", is_bpe() ? "bpe" : "characters"}, {"vocab_size", size()}};
  if (const symbols* characters = std::get_if<symbols>(&tokens_))
    meta["symbols"] = characters->list();
  return meta.dump() + "\n";
}

void vocabulary::copy(const std::filesystem::path& from, const std::filesystem::path& to) const {
  replace_file(to / meta_file, meta());
  if (!is_bpe()) return;
  for (const char* each : bpe_files)
    replace_file(to / each, read_file(from / each, most_vocabulary_bytes));
}

text_stream::text_stream(const vocabulary& tokens) : tokens_(&tokens) {
  if (const bpe* pairs = std::get_if<bpe>(&tokens.tokens_)) pairs_.emplace(*pairs);
}

std::string text_stream::push(std::int32_t id) {
  return pairs_ ? pairs_->push(id) : std::get<symbols>(tokens_->tokens_)[id];
}

std::string text_stream::flush() { return pairs_ ? pairs_->flush() : std::string(); }

std::string read_file(const std::filesystem::path& file, std::uint64_t limit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw model_error(fmt::format("'{}' is not a file; check the path", file.string()));
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  if (!error && bytes > limit)
    throw model_error(fmt::format("'{}' has {} bytes, more than {}; use a part of it",
                                  file.string(), bytes, limit));
  std::string text(error ? 0 : static_cast<std::size_t>(bytes), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (error || !stream)
    throw model_error(fmt::format("'{}' cannot be read; check its permissions", file.string()));
  return text;
}

void replace_file(const std::filesystem::path& file, std::string_view bytes) {
  check(runtime::write_file(file.string(), bytes));
}

}  // namespace tenon::samples
