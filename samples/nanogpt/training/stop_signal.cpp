// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Signals that ask for an end; see stop_signal.hpp.
#include "training/stop_signal.hpp"

#include <iterator>

namespace tenon::samples {
namespace {

volatile std::sig_atomic_t seen = 0;

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};

void remember(int signal) { seen = signal; }

}  // namespace

stop_signal::stop_signal() {
  seen = 0;
  struct sigaction action{};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
  }
}

stop_signal::~stop_signal() {
  for (std::size_t i = 0; i < std::size(signals); ++i) sigaction(signals[i], &before_[i], nullptr);
}

int stop_signal::received() { return seen; }

}  // namespace tenon::samples
