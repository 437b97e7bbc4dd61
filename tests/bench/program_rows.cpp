// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program costs before it computes: time and memory until its first token, and its size.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gpt2.tenon.h"
#include "random_checkpoint.hpp"
#include "rows.hpp"
#include "runtime_calls.hpp"
#include "timing.hpp"

namespace bench {
namespace {

namespace rt = tenon::runtime;

struct start {
  double seconds, bytes;
};

// Runs first_token, which lies beside this program, as a new process.
start start_up(const std::filesystem::path& checkpoint, int threads) {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("first_token");
  const std::string command =
      "'" + program.string() + "' '" + checkpoint.string() + "' " + std::to_string(threads);
  const auto begin = std::chrono::steady_clock::now().time_since_epoch();
  std::FILE* child = popen(command.c_str(), "r");
  long long at = 0;
  long most = 0;
  const bool read = child != nullptr && std::fscanf(child, "%lld %ld", &at, &most) == 2;
  if (child == nullptr || pclose(child) != 0 || !read) {
    std::fprintf(stderr, "error: '%s' failed; is it built?\n", command.c_str());
    std::exit(1);
  }
  const auto until = std::chrono::nanoseconds(at) - begin;
  return {std::chrono::duration<double>(until).count(), 1024.0 * double(most)};
}

}  // namespace

void start_rows(const settings& how, const report& into) {
  const random_checkpoint checkpoint(gpt2::parameters);
  std::uint32_t variant = 0;
  check(tenon_variant_select(&gpt2::model(), nullptr, &variant));
  const double planned =
      double(gpt2::model().variants[variant].weights_bytes) + double(gpt2::step::arena_bytes);
  for (const int threads : how.threads) {
    std::vector<double> times, bytes;
    start_up(checkpoint.path(), threads);  // the first finds files that are not yet at rest
    for (int round = 0; round < how.rounds; ++round) {
      const start one = start_up(checkpoint.path(), threads);
      times.push_back(one.seconds);
      bytes.push_back(one.bytes);
    }
    into.below("start to first token", threads, median(times), 0.5, "s");
    into.below("memory until then", threads, median(bytes) * 1e-6, 1.15 * planned * 1e-6, "MB",
               "1.15 (weights + arena)");
  }
}

void size_rows(const settings&, const report& into) {
#ifdef TENON_BENCH_APPLICATION
  const auto stripped = std::filesystem::temp_directory_path() /
                        ("tenon-stripped-" + std::to_string(std::random_device()()));
  const std::string command =
      TENON_BENCH_STRIP " -o '" + stripped.string() + "' '" TENON_BENCH_APPLICATION "'";
  if (std::system(command.c_str()) != 0)
    return into.skipped("application gpt2, stripped", "not built: build target gpt2");
  into.below("application gpt2, stripped", 0, double(std::filesystem::file_size(stripped)) * 1e-6,
             1.5, "MB");
  std::filesystem::remove(stripped);
#else
  into.skipped("application gpt2, stripped", "configured without the samples");
#endif
}

}  // namespace bench
