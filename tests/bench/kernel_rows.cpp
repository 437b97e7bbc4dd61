// Single kernels against the rate of multiply-adds from registers: products at GPT-2's shapes, and
// attention over 1024 tokens.
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>

#include "bench_attention.tenon.h"
#include "bench_c_attn.tenon.h"
#include "bench_c_fc.tenon.h"
#include "bench_c_proj.tenon.h"
#include "bench_head.tenon.h"
#include "bench_mlp_c_proj.tenon.h"
#include "limits.hpp"
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

contest against_registers(std::string what, int threads, double bar) {
  contest made{.what = std::move(what),
               .threads = threads,
               .figure_unit = "GFLOP/s",
               .figure_scale = 1e-9,
               .limit_unit = "GFLOP/s FMA",
               .bar = bar};
  made.limit = [threads] { return multiply_add_rate(threads); };
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
void add_product(std::vector<contest>& into, const char* name, const tenon_model& model,
                 std::int64_t k, std::int64_t n, const settings& how) {
  constexpr std::int64_t most_rows = 512;
  const auto weights = std::make_shared<rt::weights>(checked(rt::weights::random(model, 1)));
  const auto x = std::make_shared<rt::buffer<float>>(random_floats(std::size_t(most_rows * k)));
  const auto y =
      std::make_shared<rt::buffer<float>>(*rt::buffer<float>::create(std::size_t(most_rows * n)));
  for (const int threads : how.threads) {
    const auto session =
        std::make_shared<Session>(checked(Session::create(*weights, with(threads))));
    for (const std::int64_t m : {256, 512}) {
      contest made =
          against_registers(text("GEMM f32 %s %d x %d x %d", name, int(m), int(n), int(k)), threads,
                            threads == 1 ? 0.90 : 0.85);
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

}  // namespace

void gemm_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_product<bench_c_attn::session>(all, "c_attn", bench_c_attn::model(), 768, 2304, how);
  add_product<bench_c_proj::session>(all, "c_proj", bench_c_proj::model(), 768, 768, how);
  add_product<bench_c_fc::session>(all, "c_fc", bench_c_fc::model(), 768, 3072, how);
  add_product<bench_mlp_c_proj::session>(all, "mlp.c_proj", bench_mlp_c_proj::model(), 3072, 768,
                                         how);
  add_product<bench_head::session>(all, "head", bench_head::model(), 768, 50257, how);
  alternate(all, how.rounds);
  for (const contest& each : all) into.row(each);
}

void attention_rows(const settings& how, const report& into) {
  constexpr std::int64_t time = 1024, channels = bench_attention::n_embd::max;
  // Each position sees those up to its own: scores and weighted values, 2 operations a term.
  constexpr double flops = 2.0 * double(time) * double(time + 1) * double(channels);
  const auto weights = checked(rt::weights::random(bench_attention::model(), 1));
  const auto qkv = random_floats(std::size_t(time * 3 * channels));
  auto y = *rt::buffer<float>::create(std::size_t(time * channels));
  std::vector<bench_attention::session> sessions;
  for (const int threads : how.threads)
    sessions.push_back(checked(bench_attention::session::create(weights, with(threads))));

  std::vector<contest> all;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    contest made = against_registers("attention f32, T = 1024", how.threads[i], 0.60);
    const auto call = [&, i] { check(sessions[i].forward({qkv, 1, time}, {y, 1, time})); };
    call();
    made.work = [=] { return rate(flops, call); };
    all.push_back(std::move(made));
  }
  alternate(all, how.rounds);
  for (const contest& each : all) into.row(each);
}

}  // namespace bench
