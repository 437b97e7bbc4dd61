// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much stack the calling thread has left, where the system can tell.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tenon::runtime::detail {

/// Stack that the runtime's own functions take beside what an entry does, and a signal's frame.
constexpr std::size_t stack_of_runtime = std::size_t{32} << 10;

/// Bytes below the caller's frame; SIZE_MAX where the system does not know the stack that it stands
/// on (a coroutine's, a handler's). A thread's first call asks the system, which may allocate.
std::size_t stack_left();

}  // namespace tenon::runtime::detail
