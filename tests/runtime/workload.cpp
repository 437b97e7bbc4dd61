// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many threads a call gets: by the costs of its kernels, at most what was asked for.
#include <catch2/catch.hpp>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"
#include "threads/workload.hpp"

namespace rt = tenon::runtime;

namespace {

// Kernels of 4e6 flops (100 us at the assumed rate) a token in each of 10 layers, and of 16e3 bytes
// (1 us) a position of the cache.
const std::uint32_t tokens[] = {0};
const tenon_cost_term flops[] = {{4'000'000, 0, 1, tokens}};
const tenon_cost_term bytes[] = {{16'000, 1, 0, nullptr}};
const tenon_kernel kernels[] = {{"product", "a.cpp:1", 10, 1, 0, flops, nullptr},
                                {"attention", "a.cpp:2", 10, 0, 1, nullptr, bytes}};

tenon_entry entry_of_kernels() {
  tenon_entry entry{};
  entry.n_kernels = 2;
  entry.kernels = kernels;
  return entry;
}

struct variable {
  explicit variable(const char* value) { setenv("TENON_GRAIN", value, 1); }
  ~variable() { setenv("TENON_GRAIN", "0", 1); }  // as catch_main.cpp has it
};

}  // namespace

TEST_CASE("threads grow with the work in a call up to what there are") {
  const rt::detail::workload work(entry_of_kernels());
  const auto threads = [&](std::int64_t n_tokens, std::int64_t position, int most, double grain) {
    return work.threads(&n_tokens, position, most, grain);
  };
  // 50 us a meeting and token, 0.5 us a position.
  CHECK(threads(1, 0, 64, 10'000) == 5);
  CHECK(threads(1, 0, 4, 10'000) == 4);
  CHECK(threads(1, 0, 64, 30'000) == 1);
  CHECK(threads(1, 0, 64, 1e9) == 1);
  CHECK(threads(1, 100, 64, 10'000) == 10);
  CHECK(threads(1000, 0, 64, 10'000) == 64);
  CHECK(threads(1, 0, 64, 0) == 64);
  const rt::detail::workload untold{tenon_entry{}};
  CHECK(untold.threads(nullptr, 0, 3, 10'000) == 3);
}

TEST_CASE("TENON_GRAIN is the work that is worth a thread") {
  double grain = -1;
  REQUIRE(rt::status(rt::detail::grain_from_environment(grain)));
  CHECK(grain == 0);
  {
    const variable set("500");
    REQUIRE(rt::status(rt::detail::grain_from_environment(grain)));
    CHECK(grain == 500);
  }
  {
    const variable set("");
    REQUIRE(rt::status(rt::detail::grain_from_environment(grain)));
    CHECK(grain == 2000);
  }
  const auto weights = toy_weights::make();
  for (const char* wrong : {"-1", "2us", "1000000001", "99999999999999999999"}) {
    const variable set(wrong);
    CHECK_THAT(toy::session::create(weights).message(),
               Catch::StartsWith("the environment's TENON_GRAIN is '" + std::string(wrong) +
                                 "'; use 0..1000000000"));
  }
}

TEST_CASE("a small call runs on its caller alone, of whatever threads the session has") {
  const variable set("2000");
  struct pool {
    int asked = 0;
    static void run(void* context, std::int32_t n, tenon_task task, void* argument) {
      static_cast<pool*>(context)->asked = n;
      task(argument, 0);
    }
  } own;
  rt::options how{};
  how.threads = 64;
  how.parallel = pool::run;
  how.parallel_context = &own;
  auto session = *toy::session::create(toy_weights::make(), how);
  auto ids = *rt::buffer<std::int32_t>::create(1);
  auto logits = *rt::buffer<float>::create(11);
  REQUIRE(session.step({ids, 1, 1}, {logits, 1}, 0));
  CHECK(own.asked == 1);
  auto x = *rt::buffer<float>::create(3);
  REQUIRE(session.forward({ids, 1, 1}, {x, 1, 1}));  // whose costs nobody tells
  CHECK(own.asked == 64);
}
