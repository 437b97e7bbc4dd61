// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recorded calls: which kernels each thread ran, when, and what they cost.
#include <map>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>
#include <tenon/runtime/profile.hpp>

#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;

namespace {

struct recorded_toy {
  explicit recorded_toy(int threads) {
    rt::options how{};
    how.threads = threads;
    session = std::make_unique<toy::session>(*toy::session::create(toy_weights::make(), how));
  }
  rt::status step(std::int64_t tokens, std::int64_t position) {
    return session->step({ids.first(std::size_t(tokens)), 1, tokens}, {logits, 1}, position);
  }
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(16);
  rt::buffer<float> logits = *rt::buffer<float>::create(11);
  std::unique_ptr<toy::session> session;
};

std::size_t slices_of(const recorded_toy& toy) {
  std::size_t all = 0;
  for (int thread = 0; thread < toy.session->threads(); ++thread)
    all += rt::recorded_slices(*toy.session, thread).size();
  return all;
}

}  // namespace

TEST_CASE("a session records the kernels of each thread in its calls") {
  const int threads = GENERATE(1, 3);
  recorded_toy toy(threads);
  REQUIRE(toy.step(2, 0));
  CHECK(rt::recorded_calls(*toy.session).empty());
  REQUIRE(rt::record(*toy.session, 2));
  REQUIRE(toy.step(4, 2));
  REQUIRE(toy.step(1, 6));
  REQUIRE(toy.step(1, 7));  // beyond the two that there is room for

  const auto calls = rt::recorded_calls(*toy.session);
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].entry == toy::step::index);
  CHECK(calls[0].position == 2);
  CHECK(calls[0].dims[1] == 4);
  CHECK(calls[1].position == 6);
  CHECK(calls[0].begin < calls[0].end);
  CHECK(calls[0].end <= calls[1].begin);
  // Who computes a share is open, but some thread computes a part of each kernel.
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> runs;
  for (int thread = 0; thread < threads; ++thread) {
    const auto slices = rt::recorded_slices(*toy.session, thread);
    CHECK(slices.size() <= 4);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      const tenon_slice& slice = slices[i];
      runs[{slice.call, slice.kernel}] += 1;
      REQUIRE(slice.call < 2);
      CHECK(slice.layer == 0);
      CHECK(slice.begin <= slice.end);
      CHECK(slice.begin >= calls[slice.call].begin);
      CHECK(slice.end <= calls[slice.call].end);
      if (i > 0) CHECK(slice.begin >= slices[i - 1].end);
    }
  }
  CHECK(runs.size() == 4);
  for (const auto& [kernel, times] : runs) CHECK((kernel.second < 2 && times <= threads));
  CHECK(rt::recorded_slices(*toy.session, threads).empty());
  CHECK(rt::recorded_slices(*toy.session, -1).empty());
}

TEST_CASE("costs follow the sizes and the position of a call") {
  recorded_toy toy(1);
  REQUIRE(rt::record(*toy.session, 4));
  REQUIRE(toy.step(3, 0));
  REQUIRE(toy.step(2, 3));
  const auto calls = rt::recorded_calls(*toy.session);
  REQUIRE(calls.size() == 2);
  const tenon_entry& step = toy::model().entries[toy::step::index];
  REQUIRE(step.n_kernels == 2);
  const tenon_kernel &gather = step.kernels[0], &linear = step.kernels[1];
  CHECK(rt::flops_of(gather, calls[0]) == 3 * 3);
  CHECK(rt::bytes_of(gather, calls[1]) == 36 * 2);
  CHECK(rt::flops_of(linear, calls[0]) == 132 * 3);
  CHECK(rt::flops_of(linear, calls[1]) == 132 * (2 + 3));
  CHECK(rt::bytes_of(linear, calls[1]) == 12 * (2 + 3) + 132);
}

TEST_CASE("a call that fails leaves no record, and recording anew drops the old one") {
  recorded_toy toy(2);
  REQUIRE(rt::record(*toy.session, 4));
  REQUIRE(toy.step(3, 0));
  CHECK_FALSE(toy.step(1, 9));
  CHECK(rt::recorded_calls(*toy.session).size() == 1);
  CHECK(slices_of(toy) >= 2);
  REQUIRE(rt::record(*toy.session, 4));
  CHECK(rt::recorded_calls(*toy.session).empty());
  CHECK(slices_of(toy) == 0);
  REQUIRE(rt::record(*toy.session, 0));
  REQUIRE(toy.step(1, 3));
  CHECK(rt::recorded_calls(*toy.session).empty());
  CHECK_THAT(rt::record(*toy.session, std::uint64_t{1} << 25).message(),
             Catch::StartsWith("max_calls is 33554432; record at most 16777216"));
  CHECK_FALSE(tenon_session_record(nullptr, 1).code == TENON_OK);
}

TEST_CASE("a pool that runs the tasks twice leaves one slice of what a thread computed") {
  rt::options how{};
  how.threads = 2;
  how.parallel = [](void*, std::int32_t, tenon_task task, void* argument) {
    for (int time = 0; time < 2; ++time) {
      std::thread other([&] { task(argument, 1); });
      task(argument, 0);
      other.join();
    }
  };
  auto session = *toy::session::create(toy_weights::make(), how);
  REQUIRE(rt::record(session, 2));
  auto ids = *rt::buffer<std::int32_t>::create(1);
  auto logits = *rt::buffer<float>::create(11);
  REQUIRE(session.step({ids, 1, 1}, {logits, 1}, 0));
  CHECK(rt::recorded_calls(session).size() == 1);
  const std::size_t both =
      rt::recorded_slices(session, 0).size() + rt::recorded_slices(session, 1).size();
  CHECK(both >= 2);
  CHECK(both <= 4);
}
