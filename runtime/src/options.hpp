// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a caller chose, whichever version of the struct it has.
#pragma once
#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// Copies the fields that there are; null means the defaults.
tenon_status read_options(const tenon_options* given, tenon_options& options);

}  // namespace tenon::runtime::detail
