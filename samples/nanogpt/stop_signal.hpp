// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SIGINT and SIGTERM as a wish to stop, which the loop of training asks for after each step.
#pragma once

#include <csignal>

namespace tenon::samples {

/// While it lives, the first signal sets a flag; a second one ends the process as usual.
class stop_signal {
 public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;

  /// SIGINT, SIGTERM, or 0.
  static int received();

 private:
  struct sigaction before_interrupt_{}, before_terminate_{};
};

}  // namespace tenon::samples
