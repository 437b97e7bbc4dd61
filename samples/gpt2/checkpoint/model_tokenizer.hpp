// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokenizer of a model: of a directory, or of a GGUF file.
#pragma once

#include <filesystem>

#include "tokenizer/bpe.hpp"

namespace tenon::samples {

/// Of a directory its files. Of a GGUF file the byte-level one in it (tokenizer.ggml.model gpt2)
/// with words as GPT-2, Llama 3 or Qwen 2 cuts them; one of another kind is not known to be the
/// same here, and tokenizer.json beside the file is read in its place.
///   Throws tokenizer_error or model_error.
bpe load_tokenizer(const std::filesystem::path& model);

}  // namespace tenon::samples
