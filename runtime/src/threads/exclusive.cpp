// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See exclusive.hpp.
#include "exclusive.hpp"

namespace tenon::runtime::detail {

tenon_status readers_or_writer::enter(bool writes, const char* who, const char* name) {
  const std::uint32_t generation = process_generation();
  users now = users_.load(std::memory_order_relaxed), next{};
  do {
    next = {generation, writes ? writer : now.count + 1};
    if (now.generation != generation) {  // readers before a fork stayed in the other process
      if (now.count == writer)
        return failure(
            TENON_INVALID_ARGUMENT,
            "%s '%s': the weights were being changed at fork(), so this process has them "
            "half changed; load them anew",
            who, name);
      next.count = writes ? writer : 1;
    } else if (now.count == writer) {
      return failure(TENON_BUSY,
                     "%s '%s': another call is changing the weights; one that trains or writes "
                     "needs them alone: let it return first",
                     who, name);
    } else if (writes && now.count > 0) {
      return failure(TENON_BUSY,
                     "%s '%s' changes the weights, and other calls that read them are on: %u; one "
                     "that trains or writes needs them alone: let those return first",
                     who, name, now.count);
    }
  } while (!users_.compare_exchange_weak(now, next, std::memory_order_acquire,
                                         std::memory_order_relaxed));
  return success();
}

void readers_or_writer::leave(bool writes) {
  users now = users_.load(std::memory_order_relaxed), next{};
  do next = {now.generation, writes ? 0 : now.count - 1};
  while (!users_.compare_exchange_weak(now, next, std::memory_order_release,
                                       std::memory_order_relaxed));
}

}  // namespace tenon::runtime::detail
