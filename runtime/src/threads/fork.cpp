// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Forks are counted; see fork.hpp.
#include "fork.hpp"

#include <atomic>

#include <pthread.h>

namespace tenon::runtime::detail {
namespace {

std::atomic<std::uint32_t> generation{0};

// Before main, and so before any session; a system call a call would cost more than a small model.
[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

std::uint32_t process_generation() { return generation.load(std::memory_order_relaxed); }

}  // namespace tenon::runtime::detail
