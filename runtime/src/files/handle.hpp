// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A handle of the system that is closed with its owner, and calls that signals interrupt.
#pragma once
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace tenon::runtime::detail {

class handle {
 public:
  handle() = default;
  explicit handle(int owned) : value_(owned) {}
  handle(handle&& other) noexcept : value_(other.release()) {}
  handle& operator=(handle&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~handle() {
    if (value_ >= 0) ::close(value_);
  }

  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }

 private:
  int value_ = -1;
};

/// Calls again while a signal interrupts.
template <class Call>
auto retried(Call&& call) {
  for (;;)
    if (const auto outcome = call(); outcome >= 0 || errno != EINTR) return outcome;
}

}  // namespace tenon::runtime::detail
