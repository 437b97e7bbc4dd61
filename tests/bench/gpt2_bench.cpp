// GPT-2 124M, f32, random weights: a prompt of 512 tokens, 128 tokens decoded from an empty cache,
// and the time from a checkpoint on disk (in the page cache) to the first token. Beside each figure
// stands what the same machine could do at all, measured between the runs.
//   gpt2_bench [repetitions, 5]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "gpt2.tenon.h"
#include "limits.hpp"
#include "random_checkpoint.hpp"

namespace {

namespace rt = tenon::runtime;

constexpr std::int64_t n_prompt = 512, n_decoded = 128;
constexpr double layers = gpt2::n_layer::max, width = gpt2::n_embd::max, rows = gpt2::n_vocab::max;
constexpr double block_weights = layers * 12 * width * width;

// Operations of a prompt: linear layers, causal attention, the head of its last token.
constexpr double prompt_flops = 2 * block_weights * n_prompt +
                                2 * layers * width * double(n_prompt) * n_prompt + 2 * width * rows;
// Bytes of weights that one decoded token reads.
constexpr double decode_bytes = 4 * (block_weights + width * rows);

double seconds(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

void check(const rt::status& outcome) {
  if (outcome) return;
  std::fprintf(stderr, "error: %s\n", outcome.message());
  std::exit(1);
}

struct figures {
  std::vector<double> prompt, decode, flops, bytes;
};

void measure(gpt2::session& session, int threads, std::span<const float> large, figures& into) {
  auto ids = *rt::buffer<std::int32_t>::create(n_prompt);
  auto logits = *rt::buffer<float>::create(gpt2::n_vocab::max);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = std::int32_t(i * 2654435761u % 50257);

  into.flops.push_back(bench::multiply_add_rate(threads));
  into.prompt.push_back(seconds([&] { check(session.step({ids, 1, n_prompt}, {logits, 1}, 0)); }));
  into.bytes.push_back(bench::read_rate(large, threads));
  into.decode.push_back(seconds([&] {
    for (std::int64_t position = 0; position < n_decoded; ++position)
      check(session.step({ids.first(1), 1, 1}, {logits, 1}, position));
  }));
}

// From files to the logits of one token, as a program does it that was just started.
double start_up(const std::filesystem::path& directory, int threads) {
  rt::options how{};
  how.threads = threads;
  auto ids = *rt::buffer<std::int32_t>::create(1);
  auto logits = *rt::buffer<float>::create(gpt2::n_vocab::max);
  return seconds([&] {
    const auto weights = rt::weights::load(gpt2::model(), directory.string(), how);
    if (!weights) check(weights.error());
    auto session = gpt2::session::create(*weights, how);
    if (!session) check(session.error());
    check(session->step({ids, 1, 1}, {logits, 1}, 0));
  });
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 5;
  if (repetitions < 1) {
    std::fprintf(stderr, "error: '%s' repetitions; give 1 or more\n", argv[1]);
    return 2;
  }
  const auto weights = rt::weights::random(gpt2::model(), 1);
  if (!weights) check(weights.error());
  const auto large = *rt::buffer<float>::create(std::size_t{128} << 20);
  std::printf("GPT-2 124M, f32, variant %s, median of %d\n", weights->variant().name, repetitions);

  for (const int threads : {1, 2}) {
    rt::options how{};
    how.threads = threads;
    auto session = gpt2::session::create(*weights, how);
    if (!session) check(session.error());
    figures all;
    for (int i = 0; i < repetitions; ++i)
      measure(*session, threads, {large.data(), large.size()}, all);
    const double prompt = median(all.prompt), decode = median(all.decode) / n_decoded;
    const double flops = median(all.flops), bytes = median(all.bytes);
    std::printf("%d threads\n", threads);
    std::printf(
        "  prompt of %3d  %8.1f tokens/s  %6.1f GFLOP/s, %3.0f %% of the %.1f of registers\n",
        int(n_prompt), n_prompt / prompt, prompt_flops / prompt * 1e-9,
        100 * prompt_flops / prompt / flops, flops * 1e-9);
    std::printf("  decode    %3d  %8.1f tokens/s  %6.1f GB/s,    %3.0f %% of the %.1f of reading\n",
                int(n_decoded), 1 / decode, decode_bytes / decode * 1e-9,
                100 * decode_bytes / decode / bytes, bytes * 1e-9);
  }

  const bench::random_checkpoint checkpoint(gpt2::parameters);
  for (const int threads : {1, 2}) {
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i) times.push_back(start_up(checkpoint.path(), threads));
    std::printf("%d threads: %.3f s from the checkpoint to the first token\n", threads,
                median(times));
  }
}
