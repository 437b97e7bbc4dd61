// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments that are given by name, put into the order of an entry. Nothing here allocates.
#pragma once
#include <cstddef>

#include <tenon/runtime/model.h>

namespace tenon::runtime::detail {

/// Inputs, and outputs, that a call with views takes; more need tenon_session_run.
inline constexpr std::size_t most_views = 64;

/// Writes the views of `n` arguments to `views` (most_views of them) in the order of `tensors`,
/// which are all inputs or all outputs of the entry: each must be given, and once. `kind` is
/// "input" or "output".
tenon_status arrange(const tenon_entry& entry, const char* kind, const tenon_tensor* tensors,
                     std::size_t n_tensors, const tenon_argument* arguments, std::size_t n,
                     tenon_view* views);

}  // namespace tenon::runtime::detail
