// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that ask for an end; see stop_signal.hpp.
#include "stop_signal.hpp"

namespace tenon::samples {
namespace {

volatile std::sig_atomic_t seen = 0;

void note(int signal) { seen = signal; }

}  // namespace

stop_signal::stop_signal() {
  seen = 0;
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(SIGINT, &action, &before_interrupt_);
  sigaction(SIGTERM, &action, &before_terminate_);
}

stop_signal::~stop_signal() {
  sigaction(SIGINT, &before_interrupt_, nullptr);
  sigaction(SIGTERM, &before_terminate_, nullptr);
}

int stop_signal::received() { return seen; }

}  // namespace tenon::samples
