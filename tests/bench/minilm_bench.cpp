// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// all-MiniLM-L6-v2 with random weights: embeddings of texts of one length, for
// tests/peers/minilm.py.
//   minilm_bench <texts> <tokens of each> <threads> <seconds>
// Prints the median time of a call in seconds, over at least three calls and the given time.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tenon/runtime/buffer.hpp>

#include "all_minilm_l6_v2.tenon.h"
#include "runtime_calls.hpp"
#include "timing.hpp"

int main(int argc, char** argv) {
  using bench::check, bench::checked;
  namespace rt = tenon::runtime;
  namespace model = all_minilm_l6_v2;
  if (argc != 5)
    return std::fprintf(stderr, "usage: %s texts tokens threads seconds\n", argv[0]), 2;
  const std::int64_t texts = std::atoi(argv[1]), tokens = std::atoi(argv[2]);
  const auto weights = checked(rt::weights::random(model::model(), 1));
  auto session = checked(model::session::create(weights, bench::with(std::atoi(argv[3]))));
  const auto count = static_cast<std::size_t>(texts * tokens);
  auto ids = checked(rt::buffer<std::int32_t>::create(count));
  auto types = checked(rt::buffer<std::int32_t>::create(count));
  auto lengths = checked(rt::buffer<std::int32_t>::create(static_cast<std::size_t>(texts)));
  auto made =
      checked(rt::buffer<float>::create(static_cast<std::size_t>(texts) * model::n_embd::max));
  for (std::size_t i = 0; i < count; ++i) ids[i] = static_cast<std::int32_t>(i * 7919 % 30000);
  std::fill(types.begin(), types.end(), 0);
  std::fill(lengths.begin(), lengths.end(), static_cast<std::int32_t>(tokens));
  const auto call = [&] {
    check(session.forward({ids, texts, tokens}, {types, texts, tokens}, {lengths, texts},
                          {made, texts}));
  };
  call();  // touches memory
  std::vector<double> times;
  for (double all = 0; times.size() < 3 || all < std::atof(argv[4]); all += times.back())
    times.push_back(bench::seconds(call));
  std::printf("%.9f\n", bench::median(times));
}
