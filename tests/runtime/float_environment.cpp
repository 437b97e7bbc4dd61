// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The application's floating-point environment neither reaches our results nor is changed by them.
#include <cfenv>
#include <cmath>
#include <cstring>
#include <thread>

#include <catch2/catch.hpp>

#include <tenon/runtime/profile.h>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;

namespace {

#if defined(__x86_64__)
std::uint64_t control() { return __builtin_ia32_stmxcsr(); }
void set_control(std::uint64_t value) { __builtin_ia32_ldmxcsr(static_cast<unsigned>(value)); }
constexpr std::uint64_t upward_and_flushing = 0x1F80 | 0x4000 | 0x8000 | 0x0040;
constexpr std::uint64_t trapping = 0;  // no exception is masked
constexpr std::uint64_t flagged = 0x1F80 | 0x0004;
#else
std::uint64_t control() {
  std::uint64_t value;
  __asm__ volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void set_control(std::uint64_t value) { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }
constexpr std::uint64_t upward_and_flushing = 1u << 22 | 1u << 24;
constexpr std::uint64_t trapping = 0x1F00;  // where the CPU can
constexpr std::uint64_t flagged = 0;
#endif

// Sets what an application might, for a scope.
struct environment {
  explicit environment(std::uint64_t value) { set_control(value); }
  ~environment() { set_control(before); }
  const std::uint64_t before = control();
};

rt::options threads(int n) {
  rt::options how{};
  how.threads = n;
  return how;
}

std::vector<std::byte> bytes_of(const rt::weights& weights) {
  const auto* data = static_cast<const std::byte*>(tenon_weights_data(weights.handle()));
  return {data, data + weights.variant().weights_bytes};
}

// Sums that are not exact, and subnormal ones, from every thread.
struct inexact {
  static rt::weights weights() {
    auto all = toy_weights::tensors();
    for (auto& each : all)
      for (std::size_t i = 0; i < each.values.size(); ++i)
        each.values[i] = i % 3 == 0 ? 3e-39f : 0.1f * static_cast<float>(i + 1);
    rt::options how{};
    how.cpu = "plain";
    return *rt::weights::from_tensors(toy::model(), toy_weights::views(all), how);
  }
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(16);
  rt::buffer<float> x = *rt::buffer<float>::create(48);
  inexact() {
    for (std::size_t i = 0; i < 16; ++i) ids[i] = static_cast<std::int32_t>(i % 11);
  }
  std::vector<float> run(toy::session& session) {
    REQUIRE(session.forward({ids, 1, 16}, {x, 1, 16}));
    return {x.begin(), x.end()};
  }
};

}  // namespace

TEST_CASE("a call computes the same bits in any environment, and leaves it as it was") {
  auto session = *toy::session::create(inexact::weights(), threads(GENERATE(1, 3)));
  inexact call;
  const auto expected = call.run(session);
  CHECK(std::fpclassify(expected[0]) == FP_SUBNORMAL);
  for (const std::uint64_t each : {upward_and_flushing, trapping, flagged}) {
    const environment set(each);
    const auto computed = call.run(session);
    CHECK(control() == each);
    set_control(set.before);
    CHECK(std::memcmp(computed.data(), expected.data(), expected.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("threads of an application's pool get their environment back") {
  struct pool {
    std::uint64_t after[3] = {};
    static void run(void* context, std::int32_t n, tenon_task task, void* argument) {
      std::vector<std::thread> all;
      for (std::int32_t i = 0; i < n; ++i)
        all.emplace_back([=] {
          set_control(upward_and_flushing);
          task(argument, i);
          static_cast<pool*>(context)->after[i] = control();
        });
      for (std::thread& each : all) each.join();
    }
  } own;
  auto plain = *toy::session::create(inexact::weights(), threads(1));
  inexact call;
  const auto expected = call.run(plain);
  rt::options how = threads(3);
  how.parallel = pool::run;
  how.parallel_context = &own;
  auto session = *toy::session::create(inexact::weights(), how);
  const auto computed = call.run(session);
  CHECK(std::memcmp(computed.data(), expected.data(), expected.size() * sizeof(float)) == 0);
  for (const std::uint64_t each : own.after) CHECK(each == upward_and_flushing);
}

TEST_CASE("random weights are the same bits in any environment") {
  const int n = GENERATE(1, 3);
  const auto expected = bytes_of(*rt::weights::random(toy::model(), 5, threads(n)));
  for (const std::uint64_t each : {upward_and_flushing, trapping}) {
    const environment set(each);
    const auto made = rt::weights::random(toy::model(), 5, threads(n));
    CHECK(control() == each);
    set_control(set.before);
    REQUIRE(made);
    CHECK(bytes_of(*made) == expected);
  }
}

TEST_CASE("progress runs in the application's environment") {
  struct context {
    std::vector<std::uint64_t> seen;
    static void tell(void* to, std::uint64_t, std::uint64_t) {
      static_cast<context*>(to)->seen.push_back(control());
    }
  } told;
  rt::options how = threads(GENERATE(1, 2));
  how.progress = context::tell;
  how.progress_context = &told;
  const auto expected = bytes_of(*rt::weights::random(toy::model(), 5, threads(1)));
  const environment set(upward_and_flushing);
  const auto made = rt::weights::random(toy::model(), 5, how);
  set_control(set.before);
  REQUIRE(made);
  CHECK(bytes_of(*made) == expected);
  CHECK_FALSE(told.seen.empty());
  for (const std::uint64_t each : told.seen) CHECK(each == upward_and_flushing);
}

TEST_CASE("the cost of a kernel raises no flag") {
  const tenon_cost_term third[] = {{(std::int64_t{1} << 62) + 1, 0, 0, nullptr}};
  std::feclearexcept(FE_ALL_EXCEPT);
  CHECK(tenon_cost(third, 1, nullptr, 0) == 0x1p62);
  CHECK(std::fetestexcept(FE_INEXACT) == 0);
}
