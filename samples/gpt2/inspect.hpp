// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 inspect`.
#pragma once

#include <filesystem>

namespace tenon::samples {

/// Lists config.json and the tensors of a directory beside what the compiled model wants.
///   Returns whether `gpt2 generate` would load it. Throws std::runtime_error with a message for
///   the user where there is nothing to list.
bool run_inspect(const std::filesystem::path& directory);

}  // namespace tenon::samples
