// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Single kernels against the rate of operations from registers: products at GPT-2's shapes, and
// attention over 1024 tokens, forward and backward.
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>

#include "bench_attention.tenon.h"
#include "bench_attention_bf16.tenon.h"
#include "bench_c_attn.tenon.h"
#include "bench_c_attn_bf16.tenon.h"
#include "bench_c_fc.tenon.h"
#include "bench_c_fc_bf16.tenon.h"
#include "bench_c_proj.tenon.h"
#include "bench_c_proj_bf16.tenon.h"
#include "bench_head.tenon.h"
#include "bench_head_bf16.tenon.h"
#include "bench_mlp_c_proj.tenon.h"
#include "bench_mlp_c_proj_bf16.tenon.h"
#include "entries.h"
#include "limits.hpp"
#include "lone_thread.h"
#include "rows.hpp"
#include "runtime_calls.hpp"
#include "timing.hpp"

namespace bench {
namespace {

namespace rt = tenon::runtime;

// Long enough for the clock and short against a change of the machine's mood.
constexpr double least_seconds = 0.03;

rt::buffer<float> random_floats(std::size_t count) {
  auto made = *rt::buffer<float>::create(count);
  std::mt19937 random(1);
  for (float& value : made) value = float(random()) * 0x1p-31f - 1.0f;
  return made;
}

// What distinguishes the rows of a type of weights.
struct precision {
  const char* name;
  const char* unit;      // of the limit
  double (*limit)(int);  // operations a second
  double bar[2];         // of products, with one thread and with more
};
constexpr precision in_f32{"f32", "GFLOP/s FMA", multiply_add_rate, {0.90, 0.85}};
constexpr precision in_bf16{"bf16", "GFLOP/s dot", bf16_dot_rate, {0.88, 0.82}};

contest against_registers(std::string what, int threads, const precision& of) {
  contest made{.what = std::move(what),
               .threads = threads,
               .figure_unit = "GFLOP/s",
               .figure_scale = 1e-9,
               .limit_unit = of.unit};
  made.limit = [threads, &of] { return of.limit(threads); };
  return made;
}

/// Operations a second of `call`, which does `flops` of them; long enough to be timed.
double rate(double flops, auto&& call) {
  int count = 0;
  double time = 0;
  do {
    time += seconds(call);
    ++count;
  } while (time < least_seconds);
  return flops * count / time;
}

/// The contests of one product, (M, K) times (K, N).
template <class Session>
void add_product(std::vector<contest>& into, const precision& of, const char* name,
                 const tenon_model& model, std::int64_t k, std::int64_t n, const settings& how) {
  constexpr std::int64_t most_rows = 512;
  const auto weights = std::make_shared<rt::weights>(checked(rt::weights::random(model, 1)));
  const auto x = std::make_shared<rt::buffer<float>>(random_floats(std::size_t(most_rows * k)));
  const auto y =
      std::make_shared<rt::buffer<float>>(*rt::buffer<float>::create(std::size_t(most_rows * n)));
  for (const int threads : how.threads) {
    const auto session =
        std::make_shared<Session>(checked(Session::create(*weights, with(threads))));
    for (const std::int64_t m : {256, 512}) {
      contest made = against_registers(
          text("GEMM %s %s %d x %d x %d", of.name, name, int(m), int(n), int(k)), threads, of);
      made.bar = of.bar[threads == 1 ? 0 : 1];
      const auto call = [=] {
        check(
            session->forward({x->first(std::size_t(m * k)), m}, {y->first(std::size_t(m * n)), m}));
      };
      call();  // the first touches memory
      made.work = [=] { return rate(2.0 * double(m) * double(n) * double(k), call); };
      into.push_back(std::move(made));
    }
  }
}

/// Attention over one sequence; the sums are f32 whatever the cache holds.
template <class Session>
void add_attention(std::vector<contest>& into, const char* name, const tenon_model& model,
                   const settings& how) {
  constexpr std::int64_t time = 1024, channels = 768;
  // Each position sees those up to its own: scores and weighted values, 2 operations a term.
  constexpr double flops = 2.0 * double(time) * double(time + 1) * double(channels);
  const auto weights = std::make_shared<rt::weights>(checked(rt::weights::random(model, 1)));
  const auto qkv =
      std::make_shared<rt::buffer<float>>(random_floats(std::size_t(time * 3 * channels)));
  const auto y =
      std::make_shared<rt::buffer<float>>(*rt::buffer<float>::create(std::size_t(time * channels)));
  for (const int threads : how.threads) {
    const auto session =
        std::make_shared<Session>(checked(Session::create(*weights, with(threads))));
    contest made =
        against_registers(text("attention %s, T = %d", name, int(time)), threads, in_f32);
    made.bar = 0.60;
    const auto call = [=] { check(session->forward({*qkv, 1, time}, {*y, 1, time})); };
    call();
    made.work = [=] { return rate(flops, call); };
    into.push_back(std::move(made));
  }
}

/// Bytes from a thread's own memory to the next one's.
std::uint64_t own_stride(const tenon::test::CompiledEntry& entry) {
  return (entry.threadBytes + TENON_ALIGNMENT) / TENON_ALIGNMENT * TENON_ALIGNMENT;
}

/// The backward of GPT-2's attention, which no entry holds alone: called without the runtime, by
/// one thread.
void add_attention_backward(std::vector<contest>& into, std::int64_t batch, std::int64_t time) {
  constexpr std::int64_t heads = 12, channels = 768;
  // Scores, dy . v and the terms of dq, dk and dv: five products, of what each position sees.
  const double flops = 5.0 * double(batch) * double(time) * double(time + 1) * double(channels);
  const std::size_t rows = std::size_t(batch * time);
  struct memory {
    rt::buffer<float> qkv, y, dy, dqkv, arena, own;
    rt::buffer<double> lse;
  };
  const tenon::test::CompiledEntry entry =
      tenon::test::variantsOf("heads_12x64").back().at("backward");
  const auto at = std::make_shared<memory>(
      memory{random_floats(rows * 3 * channels), random_floats(rows * channels),
             random_floats(rows * channels), random_floats(rows * 3 * channels),
             random_floats(entry.arenaBytes / sizeof(float)),
             random_floats(own_stride(entry) / sizeof(float)),
             checked(rt::buffer<double>::create(rows * heads))});
  std::fill(at->lse.begin(), at->lse.end(), 7.0);  // about the logarithm of 1024
  contest made = against_registers(
      text("attention backward, %d x %d tokens", int(batch), int(time)), /*threads=*/1, in_f32);
  made.bar = 0.50;
  made.work = [=] {
    const std::int64_t dims[] = {batch, time, heads, channels, 3 * channels};
    const void* const inputs[] = {at->qkv.data(), at->y.data(), at->lse.data(), at->dy.data()};
    void* const outputs[] = {at->dqkv.data()};
    tenon::test::LoneThread lone(1);
    tenon_call call{};
    call.arena = at->arena.data();
    call.thread_memory = at->own.data();
    call.thread_stride = own_stride(entry);
    call.inputs = inputs;
    call.outputs = outputs;
    call.dims = dims;
    call.next_share = tenon::test::LoneThread::nextShare;
    call.share_context = &lone;
    return rate(flops, [&] { entry.run(&call, 0, 1); });
  };
  into.push_back(std::move(made));
}

void run(std::vector<contest>& all, const settings& how, const report& into) {
  alternate(all, how.rounds);
  for (const contest& each : all) into.row(each);
}

}  // namespace

void gemm_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_product<bench_c_attn::session>(all, in_f32, "c_attn", bench_c_attn::model(), 768, 2304, how);
  add_product<bench_c_proj::session>(all, in_f32, "c_proj", bench_c_proj::model(), 768, 768, how);
  add_product<bench_c_fc::session>(all, in_f32, "c_fc", bench_c_fc::model(), 768, 3072, how);
  add_product<bench_mlp_c_proj::session>(all, in_f32, "mlp.c_proj", bench_mlp_c_proj::model(), 3072,
                                         768, how);
  add_product<bench_head::session>(all, in_f32, "head", bench_head::model(), 768, 50257, how);
  if (bf16_dot_rate(1) > 0) {
    add_product<bench_c_attn_bf16::session>(all, in_bf16, "c_attn", bench_c_attn_bf16::model(), 768,
                                            2304, how);
    add_product<bench_c_proj_bf16::session>(all, in_bf16, "c_proj", bench_c_proj_bf16::model(), 768,
                                            768, how);
    add_product<bench_c_fc_bf16::session>(all, in_bf16, "c_fc", bench_c_fc_bf16::model(), 768, 3072,
                                          how);
    add_product<bench_mlp_c_proj_bf16::session>(all, in_bf16, "mlp.c_proj",
                                                bench_mlp_c_proj_bf16::model(), 3072, 768, how);
    add_product<bench_head_bf16::session>(all, in_bf16, "head", bench_head_bf16::model(), 768,
                                          50257, how);
  }
  run(all, how, into);
  if (bf16_dot_rate(1) == 0) into.skipped("GEMM bf16", "this CPU has no bf16 dot product");
}

void attention_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_attention<bench_attention::session>(all, "f32", bench_attention::model(), how);
  add_attention<bench_attention_bf16::session>(all, "bf16", bench_attention_bf16::model(), how);
  add_attention_backward(all, 4, 256);
  add_attention_backward(all, 1, 1024);
  run(all, how, into);
}

}  // namespace bench
