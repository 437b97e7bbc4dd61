// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See stack.hpp.
#include "stack.hpp"

#include <pthread.h>

namespace tenon::runtime::detail {
namespace {

struct bounds {
  std::uintptr_t low = 0, high = 0;  // both 0: not known
};

bounds of_this_thread() {
  bounds found;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return found;
  void* low = nullptr;
  std::size_t bytes = 0;
  if (pthread_attr_getstack(&attributes, &low, &bytes) == 0)
    found = {reinterpret_cast<std::uintptr_t>(low), reinterpret_cast<std::uintptr_t>(low) + bytes};
  pthread_attr_destroy(&attributes);
  return found;
}

}  // namespace

std::size_t stack_left() {
  thread_local const bounds own = of_this_thread();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return here >= own.low && here < own.high ? here - own.low : SIZE_MAX;
}

}  // namespace tenon::runtime::detail
