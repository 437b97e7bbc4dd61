// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 generate`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <tenon/runtime/abi.h>

#include "generation/sampler.hpp"
#include "prompt.hpp"

namespace tenon::samples {

struct generate_options {
  std::filesystem::path model;
  prompt_source prompt;
  std::int64_t n_tokens = 128;
  sampling how{.temperature = 0.8, .top_k = 40};
  std::optional<std::uint64_t> seed;  // none: a new one each time
  tenon_dtype compute = TENON_F32;    // of the model: f32 or bf16
  std::int32_t threads = 0;           // 0: as many as this process may use
  bool stream = true;                 // print each token when it is there
  std::filesystem::path profile;      // write a trace there and a table of kernels; none if empty
};

/// Prints prompt and continuation to standard output, speed and settings to standard error.
///   Throws std::runtime_error with a message for the user.
void run_generate(const generate_options& options);

}  // namespace tenon::samples
