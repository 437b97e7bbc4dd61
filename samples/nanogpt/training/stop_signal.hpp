// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SIGINT, SIGTERM and SIGHUP as a wish to stop, which the loop of training asks for after each
// step.
#pragma once

#include <csignal>

namespace tenon::samples {

/// While it lives, the first signal sets a flag; a second one ends the process as usual. What the
/// caller has the process ignore (nohup) stays ignored.
class stop_signal {
 public:
  stop_signal();
  ~stop_signal();
  stop_signal(const stop_signal&) = delete;

  /// The signal, or 0.
  static int received();

 private:
  struct sigaction before_[3]{};
};

}  // namespace tenon::samples
