// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Generated code without the runtime: one thread computes all shares of every stage. It takes them
// forwards and backwards in turns, so a share that needs another of its own stage is found.
#pragma once
#include <cstdint>

namespace tenon::test {

class LoneThread {
public:
  explicit LoneThread(std::int32_t shares) : shares(shares) {}

  /// tenon_call.next_share, whose context is a LoneThread.
  static std::int32_t nextShare(void *context, std::int32_t) {
    auto &self = *static_cast<LoneThread *>(context);
    if (self.taken == self.shares) {
      self.taken = 0;
      self.backwards = !self.backwards;
      return -1;
    }
    std::int32_t number = self.taken++;
    return self.backwards ? self.shares - 1 - number : number;
  }

private:
  const std::int32_t shares;
  std::int32_t taken = 0;
  bool backwards = false;
};

} // namespace tenon::test
