// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Embedding forward with cold tables, and the gradient of the token table, f32, GPT-2's sizes: the
// generated kernels against hand-tuned loops, in pairs that run one after the other, so that noise
// of the machine hits both.
//
// Each line has as counters medians of: the generated kernel's time (wall_ms) and the CPU time of
// its busier thread (cpu_ms); the same of the hand loop (hand_wall_ms, hand_cpu_ms); the ratio hand
// loop over kernel, pair by pair, of wall and of CPU time (of_hand, of_hand_cpu: above 1 the kernel
// is faster); GB/s of gathered, position and output bytes (of the gradient: dy and the table),
// by wall; what memory gave in the same run (read_GBps, copy_GBps). CPU time leaves
// out waiting for a core, so it is what counts on a machine in use.
#include <algorithm>
#include <barrier>
#include <chrono>
#include <cmath>
#include <random>

#include <benchmark/benchmark.h>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/session.hpp>

#include "bench_both.tenon.h"
#include "bench_norm.tenon.h"
#include "bench_sum.tenon.h"
#include "entries.h"
#include "hand_loop.hpp"
#include "team.hpp"

namespace {

namespace rt = tenon::runtime;

constexpr std::size_t seq = 1024, columns = 768, vocabulary = 50257;
constexpr int pairs = 15;

enum class law { uniform, zipf };

rt::buffer<std::int32_t> make_ids(std::size_t count, law how) {
  auto ids = *rt::buffer<std::int32_t>::create(count);
  std::mt19937 random(1);
  std::vector<double> weights(vocabulary);
  for (std::size_t i = 0; i < vocabulary; ++i)
    weights[i] = how == law::zipf ? 1.0 / double(i + 1) : 1.0;
  std::discrete_distribution<std::int32_t> draw(weights.begin(), weights.end());
  for (auto& id : ids) id = draw(random);
  return ids;
}

double seconds(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

// A share a thread, its own: nothing of a runtime between kernel and hand loop.
class own_shares {
 public:
  explicit own_shares(int threads) : meeting_(threads), holds_(std::size_t(threads)) {}
  static std::int32_t next(void* context, std::int32_t thread) {
    own_shares& self = *static_cast<own_shares*>(context);
    int& holds = self.holds_[std::size_t(thread)].value;
    holds = 1 - holds;
    if (holds == 1) return thread;
    self.meeting_.arrive_and_wait();
    return -1;
  }

 private:
  struct alignas(64) flag {
    int value = 0;
  };
  std::barrier<> meeting_;
  std::vector<flag> holds_;
};

struct machine {
  bench::team team{2};
  rt::buffer<float> large = *rt::buffer<float>::create(std::size_t{64} << 20);  // 256 MB
  rt::buffer<float> wte = *rt::buffer<float>::create(vocabulary * columns);
  rt::buffer<float> wpe = *rt::buffer<float>::create(seq * columns);

  machine() {
    for (auto* table : {&wte, &wpe})
      for (std::size_t i = 0; i < table->size(); ++i)
        (*table)[i] = static_cast<float>(i * 2654435761u >> 8 & 0xffff) * 1e-5f;
  }

  /// Drives what was used before out of the caches; returns the read rate, bytes a second.
  double evict() {
    const std::size_t each = large.size() / team.threads();
    const double time = seconds([&] {
      team.each([&](int thread, int) {
        benchmark::DoNotOptimize(bench::read_stream(large.data() + thread * each, each));
      });
    });
    return double(large.size() * sizeof(float)) / time;
  }
  /// The rate of copying, bytes read and written a second.
  double copy() {
    const std::size_t half = large.size() / 2, each = half / team.threads();
    const double time = seconds([&] {
      team.each([&](int thread, int) {
        bench::copy_stream(large.data() + thread * each, large.data() + half + thread * each, each);
      });
    });
    return 2.0 * double(half * sizeof(float)) / time;
  }
};

machine& here() {
  static machine made;
  return made;
}

/// Times the generated kernel and the hand loop in turns, and writes the counters for `bytes`.
void compare(benchmark::State& state, double bytes, auto&& generated, auto&& by_hand) {
  machine& m = here();
  std::vector<double> times, cpu, hand, hand_cpu, ratios, cpu_ratios, reads, copies;
  for (auto _ : state) {
    reads.push_back(m.evict());
    hand.push_back(seconds(by_hand));
    hand_cpu.push_back(m.team.cpu_seconds());
    m.evict();
    times.push_back(seconds(generated));
    cpu.push_back(m.team.cpu_seconds());
    copies.push_back(m.copy());
    ratios.push_back(hand.back() / times.back());
    cpu_ratios.push_back(hand_cpu.back() / cpu.back());
    state.SetIterationTime(times.back());
  }
  state.counters["wall_ms"] = median(times) * 1e3;
  state.counters["cpu_ms"] = median(cpu) * 1e3;
  state.counters["hand_wall_ms"] = median(hand) * 1e3;
  state.counters["hand_cpu_ms"] = median(hand_cpu) * 1e3;
  state.counters["of_hand"] = median(ratios);
  state.counters["of_hand_cpu"] = median(cpu_ratios);
  state.counters["GBps"] = bytes / median(times) * 1e-9;
  state.counters["read_GBps"] = median(reads) * 1e-9;
  state.counters["copy_GBps"] = median(copies) * 1e-9;
}

/// Times `model`'s forward against the hand loop; `n_outputs` tensors of the result's size.
void embed(benchmark::State& state, const tenon_model& model, std::size_t n_outputs, law how) {
  if (!bench::has_hand_loop()) return state.SkipWithError("the hand-tuned loop needs AVX-512");
  machine& m = here();
  const auto batch = static_cast<std::size_t>(state.range(0)), rows = batch * seq;
  const auto ids = make_ids(rows, how);
  auto expected = *rt::buffer<float>::create(rows * columns);
  std::vector<rt::buffer<float>> results;
  for (std::size_t i = 0; i < n_outputs; ++i)
    results.push_back(*rt::buffer<float>::create(rows * columns));

  const std::int64_t table[] = {vocabulary, columns}, places[] = {seq, columns}, row[] = {columns};
  std::vector<float> ones(columns, 1.0f), zeros(columns, 0.0f);
  const tenon_named_tensor tensors[] = {{"wte.weight", TENON_F32, 2, table, m.wte.data()},
                                        {"wpe.weight", TENON_F32, 2, places, m.wpe.data()},
                                        {"ln_1.weight", TENON_F32, 1, row, ones.data()},
                                        {"ln_1.bias", TENON_F32, 1, row, zeros.data()}};
  rt::options options{};
  options.threads = m.team.threads();
  options.parallel = bench::team::parallel;
  options.parallel_context = &m.team;
  auto weights =
      *rt::weights::from_tensors(model, std::span(tensors).first(model.n_params), options);
  auto session = *rt::create_session<>(model, weights, options);
  const void* inputs[] = {ids.data()};
  std::vector<void*> outputs;
  for (auto& result : results) outputs.push_back(result.data());
  std::vector<std::int64_t> dims(model.n_dims, 0);
  dims[bench_sum::batch::index] = static_cast<std::int64_t>(batch);
  dims[bench_sum::seq::index] = seq;
  const auto generated = [&] {
    if (const auto outcome = session.run(0, inputs, outputs.data(), dims.data()); !outcome)
      state.SkipWithError(outcome.message());
  };
  // The very tables that the generated kernel reads.
  const auto param = [&](std::size_t i) {
    const auto* packed = static_cast<const std::byte*>(weights.data());
    return reinterpret_cast<const float*>(packed + weights.variant().params[i].offset);
  };
  const auto by_hand = [&] {
    m.team.each([&](int thread, int threads) {
      bench::hand_embed(param(0), param(1), ids.data(), expected.data(), seq,
                        rows * thread / threads, rows * (thread + 1) / threads);
    });
  };

  const double bytes = double(rows * columns * (1 + n_outputs) + seq * columns) * sizeof(float);
  compare(state, bytes, generated, by_hand);
  if (&model == &bench_sum::model() && !std::ranges::equal(results[0], expected))
    state.SkipWithError("the generated kernel and the hand-tuned loop disagree");
}

/// Times the gradient of the token table, begun anew, against the hand loop.
void table_gradient(benchmark::State& state, law how) {
  if (!bench::has_hand_loop()) return state.SkipWithError("the hand-tuned loop needs AVX-512");
  machine& m = here();
  const auto batch = static_cast<std::size_t>(state.range(0)), rows = batch * seq;
  const auto ids = make_ids(rows, how);
  auto dy = *rt::buffer<float>::create(rows * columns);
  for (std::size_t i = 0; i < dy.size(); ++i)
    dy[i] = static_cast<float>(i * 2654435761u >> 8 & 0xffff) * 1e-5f;
  // Of the compiled memory of gradients and moments the first third is the table's gradient.
  auto gradient = *rt::buffer<float>::create(vocabulary * columns);
  auto expected = *rt::buffer<float>::create(vocabulary * columns);
  const auto entry = tenon::test::variantsOf("table_gradient").back().at("backward");
  const void* const inputs[] = {dy.data(), ids.data()};
  const std::int64_t dims[] = {static_cast<std::int64_t>(batch), seq, columns, vocabulary};
  tenon_call call{};
  call.inputs = inputs;
  call.dims = dims;
  call.training = gradient.data();
  auto arena = *rt::buffer<float>::create(entry.arenaBytes / sizeof(float) + 1);
  call.arena = arena.data();
  own_shares shares(m.team.threads());
  call.share_context = &shares;
  call.next_share = own_shares::next;
  const auto generated = [&] {
    m.team.each([&](int thread, int threads) { entry.run(&call, thread, threads); });
  };
  const auto by_hand = [&] {
    m.team.each([&](int thread, int threads) {
      bench::hand_table_gradient(dy.data(), ids.data(), rows, expected.data(), vocabulary,
                                 columns * thread / threads / 16 * 16,
                                 columns * (thread + 1) / threads / 16 * 16);
    });
  };
  compare(state, double((rows + vocabulary) * columns) * sizeof(float), generated, by_hand);
  if (!std::ranges::equal(gradient, expected))
    state.SkipWithError("the generated kernel and the hand-tuned loop disagree");
}

void cases(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(64)->Arg(8)->Iterations(pairs)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

BENCHMARK_CAPTURE(embed, sum_uniform, bench_sum::model(), 1, law::uniform)->Apply(cases);
BENCHMARK_CAPTURE(embed, sum_zipf, bench_sum::model(), 1, law::zipf)->Apply(cases);
BENCHMARK_CAPTURE(embed, norm_uniform, bench_norm::model(), 1, law::uniform)->Apply(cases);
BENCHMARK_CAPTURE(embed, norm_zipf, bench_norm::model(), 1, law::zipf)->Apply(cases);
BENCHMARK_CAPTURE(embed, both_uniform, bench_both::model(), 2, law::uniform)->Apply(cases);
BENCHMARK_CAPTURE(table_gradient, uniform, law::uniform)->Apply(cases);
BENCHMARK_CAPTURE(table_gradient, zipf, law::zipf)->Apply(cases);
BENCHMARK_MAIN();
