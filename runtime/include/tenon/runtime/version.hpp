// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The version of the runtime that a program was linked with.
#pragma once
#include <string_view>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// "0.2.0"; what a change of it means is said in docs/versions.md.
inline std::string_view version() noexcept { return tenon_version(); }

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
