// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of a tensor of a file, in the type that is asked for.
#pragma once
#include <cstddef>

#include <tenon/runtime/runtime.h>

#include "file.hpp"
#include "stored_tensor.hpp"

namespace tenon::runtime::detail {

/// Reads elements first .. first + count - 1, row-major, converted to `type`: what is quantised
/// becomes the f32 values that it stands for, and those what `type` says. Usable from several
/// threads. Precondition: converts(tensor.what.type, type).
tenon_status read_values(const file& source, const stored_tensor& tensor, element type,
                         std::size_t first, std::size_t count, void* destination);

}  // namespace tenon::runtime::detail
