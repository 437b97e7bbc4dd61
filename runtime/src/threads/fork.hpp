// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether this process is a fork of another: threads stay behind, so what needs them is unusable.
#pragma once
#include <cstdint>

namespace tenon::runtime::detail {

/// How many forks lie between this process and the one that loaded the runtime.
std::uint32_t process_generation();

}  // namespace tenon::runtime::detail
