// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokens of a prepared text: characters, or GPT-2's byte pairs. A folder with one has
// meta.json, and for byte pairs vocab.json and merges.txt.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/symbols.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/stream_decoder.hpp"

namespace tenon::samples {

class vocabulary {
 public:
  explicit vocabulary(symbols characters) : tokens_(std::move(characters)) {}
  explicit vocabulary(bpe pairs) : tokens_(std::move(pairs)) {}
  /// Reads meta.json of a folder. Throws model_error or tokenizer_error.
  static vocabulary load(const std::filesystem::path& folder);

  std::vector<std::int32_t> encode(std::string_view utf8) const;
  std::int32_t size() const;
  bool is_bpe() const { return std::holds_alternative<bpe>(tokens_); }
  /// The id of <|endoftext|>, where there is one.
  std::optional<std::int32_t> end_of_text() const;

  /// What meta.json says.
  std::string meta() const;
  /// Writes the vocabulary of `from`, which was loaded from there, to another folder.
  void copy(const std::filesystem::path& from, const std::filesystem::path& to) const;

 private:
  friend class text_stream;
  std::variant<symbols, bpe> tokens_;
};

/// Decodes ids one by one; the vocabulary has to live as long.
class text_stream {
 public:
  explicit text_stream(const vocabulary& tokens);
  /// The text that became certain through this token; may be empty.
  std::string push(std::int32_t id);
  std::string flush();

 private:
  const vocabulary* tokens_;
  std::optional<stream_decoder> pairs_;
};

/// The bytes of a file; throws model_error if it cannot be read or has more than `limit` bytes.
std::string read_file(const std::filesystem::path& file, std::uint64_t limit);
/// Replaces a file whole or not at all; throws model_error.
void replace_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace tenon::samples
