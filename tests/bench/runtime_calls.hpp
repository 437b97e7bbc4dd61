// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime as benchmarks call it: options by threads and variant, and the end of the program,
// with the message, at an error.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <tenon/runtime/weights.hpp>

namespace bench {

/// `threads` 0: as many as the process may use; `cpu` as in tenon_options.
inline tenon::runtime::options with(int threads, const char* cpu = nullptr) {
  tenon::runtime::options how{};
  how.threads = threads;
  how.cpu = cpu;
  return how;
}

inline void check(const tenon::runtime::status& outcome) {
  if (outcome) return;
  std::fprintf(stderr, "error: %s\n", outcome.message());
  std::exit(1);
}

template <class T>
T checked(tenon::runtime::result<T> outcome) {
  if (!outcome) check(outcome.error());
  return std::move(*outcome);
}

}  // namespace bench
