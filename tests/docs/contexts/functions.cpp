// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Before the functions of a page.
#include <cstdio>

#include <tenon/runtime/named_call.hpp>
#include <tenon/runtime/session.hpp>
#include <tenon/runtime/weights.hpp>

namespace rt = tenon::runtime;

// the block
