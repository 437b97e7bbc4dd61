// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `nanogpt sample`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "generation/sampler.hpp"

namespace tenon::samples {

struct sample_options {
  std::filesystem::path out;   // the folder of a run
  std::string which = "best";  // or "last"
  std::string prompt = "\n";
  std::int64_t n_tokens = 500;
  sampling how{.temperature = 0.8, .top_k = 200, .seed = 1337};
  std::int32_t threads = 0;
};

/// Prints prompt and continuation to standard output. When the model's context is full it goes on
/// from the second half of it.
///   Throws std::runtime_error with a message for the user.
void run_sample(const sample_options& options);

}  // namespace tenon::samples
