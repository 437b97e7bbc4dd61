// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor of a file, whatever the file's format.
#pragma once
#include <cstdint>

#include "offered_tensor.hpp"

namespace tenon::runtime::detail {

/// Its bytes are [begin, end) of the file.
struct stored_tensor {
  offered_tensor what;
  std::uint64_t begin, end;
};

}  // namespace tenon::runtime::detail
