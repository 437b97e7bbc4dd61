// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an application does at its start: weights from a checkpoint, a session, one token. Prints
// the monotonic clock at that token, ns, and the most memory it had until then, KiB; cpu_bench
// starts it and knows when.
//   first_token <checkpoint directory> <threads>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "gpt2.tenon.h"
#include "runtime_calls.hpp"

namespace rt = tenon::runtime;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s <checkpoint directory> <threads>\n", argv[0]);
    return 2;
  }
  const rt::options how = bench::with(std::atoi(argv[2]));
  const auto weights = bench::checked(rt::weights::load(gpt2::model(), argv[1], how));
  auto session = bench::checked(gpt2::session::create(weights, how));
  const auto ids = *rt::buffer<std::int32_t>::create(1);
  auto logits = *rt::buffer<float>::create(gpt2::n_vocab::max);
  bench::check(session.step({ids, 1, 1}, {logits, 1}, 0));
  const auto now = std::chrono::steady_clock::now().time_since_epoch();

  std::ifstream status("/proc/self/status");
  std::string line;
  long most = 0;
  while (std::getline(status, line))
    if (line.starts_with("VmHWM:")) most = std::atol(line.c_str() + 6);
  std::printf(
      "%lld %ld\n",
      static_cast<long long>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()),
      most);
}
