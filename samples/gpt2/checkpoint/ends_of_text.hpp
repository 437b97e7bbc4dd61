// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which tokens end a text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "tokenizer/bpe.hpp"

namespace tenon::samples {

/// eos_token_id of generation_config.json or, without it, of config.json: a number or a list; and
/// <|endoftext|> where the tokenizer has it. Of a GGUF file tokenizer.ggml's eos and eot.
///   Throws tokenizer_error if the value is neither.
std::vector<std::int32_t> ends_of_text(const std::filesystem::path& directory,
                                       const bpe& tokenizer);

}  // namespace tenon::samples
