// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one exception of the tokenizer, and how untrusted text is shown in its message.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tenon::samples {

/// Malformed tokenizer files, text that is not UTF-8, token ids outside the vocabulary.
/// what() names the file or the thing, the values and the next step.
class tokenizer_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws tokenizer_error("<file>: <message>").
[[noreturn]] void fail_in(const std::filesystem::path& file, const std::string& message);

/// Text from a file, quoted for a message: what a terminal may not be shown as \xNN, cut at `limit`
/// bytes.
std::string shown(std::string_view untrusted, std::size_t limit = 48);

}  // namespace tenon::samples
