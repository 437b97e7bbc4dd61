// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sessions: what entries compute through the typed header, for any thread count, split and variant.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;

namespace {

rt::buffer<std::int32_t> ids_of(const std::vector<int>& values) {
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(values.size());
  std::copy(values.begin(), values.end(), ids.begin());
  return ids;
}

rt::options threads(int n) {
  rt::options how{};
  how.threads = n;
  return how;
}

// A session owns its threads and memory: it moves and does not copy.
static_assert(std::is_nothrow_move_constructible_v<toy::session>);
static_assert(!std::is_copy_constructible_v<toy::session>);
// What is writable may be read; static dimensions take no size.
static_assert(
    std::is_convertible_v<rt::tensor<float, toy::batch>, rt::tensor<const float, toy::batch>>);
static_assert(
    !std::is_convertible_v<rt::tensor<const float, toy::batch>, rt::tensor<float, toy::batch>>);
static_assert(!std::is_convertible_v<rt::tensor<float, toy::batch>, rt::tensor<float, toy::seq>>);
static_assert(std::is_constructible_v<rt::tensor<float, toy::n_vocab>, std::span<float>>);
static_assert(!std::is_constructible_v<rt::tensor<float, toy::n_vocab>, std::span<float>, int>);
// So an argument is written in braces whether or not it has sizes.
using row_of_logits = rt::tensor<float, toy::n_vocab>;
constexpr std::size_t count_of(row_of_logits row) { return row.count(); }
static_assert([] {
  std::array<float, 11> row{};
  return count_of({row});
}() == 11);

}  // namespace

TEST_CASE("forward embeds every token at its place in the sequence") {
  const auto all = toy_weights::tensors();
  const char* const cpu = GENERATE("plain", "transposed");
  const int n_threads = GENERATE(1, 2, 3, 8);
  const rt::weights weights = toy_weights::make(cpu);
  CHECK(std::string(weights.variant().name) == cpu);
  auto session = toy::session::create(weights, threads(n_threads));
  REQUIRE(session);
  CHECK(session->threads() == n_threads);
  const std::vector<int> values = {0, 10, 3, 7, 7, 1};
  const auto ids = ids_of(values);
  auto x = *rt::buffer<float>::create(6 * 3);
  REQUIRE(session->forward({ids, 2, 3}, {x, 2, 3}));
  for (int i = 0; i < 6; ++i)
    for (int c = 0; c < 3; ++c)
      CHECK(x[static_cast<std::size_t>(i * 3 + c)] ==
            toy_weights::embedded(all, values[static_cast<std::size_t>(i)], i % 3, c));
}

TEST_CASE("step gives the same bits for any split of a prompt") {
  const auto all = toy_weights::tensors();
  const std::vector<int> prompt = {4, 0, 9, 9, 2, 6, 1};
  const auto expected = toy_weights::logits(all, prompt);
  const rt::weights weights = toy_weights::make();
  auto session = *toy::session::create(weights, threads(2));
  auto logits = *rt::buffer<float>::create(11);
  const std::size_t first = GENERATE(1u, 3u, 6u, 7u);
  const auto head = ids_of({prompt.begin(), prompt.begin() + static_cast<long>(first)});
  REQUIRE(session.step({head, 1, head.size()}, {logits, 1}, 0));
  for (std::size_t i = first; i < prompt.size(); ++i) {
    const auto one = ids_of({prompt[i]});
    REQUIRE(session.step({one, 1, 1}, {logits, 1}, static_cast<std::int64_t>(i)));
  }
  CHECK(session.cached() == 7);
  for (std::size_t v = 0; v < 11; ++v) CHECK(logits[v] == expected[v]);
}

TEST_CASE("a session can be rewound and reset") {
  const auto all = toy_weights::tensors();
  auto session = *toy::session::create(toy_weights::make());
  auto logits = *rt::buffer<float>::create(11);
  REQUIRE(session.step({ids_of({5, 5, 5}), 1, 3}, {logits, 1}, 0));
  REQUIRE(session.step({ids_of({8}), 1, 1}, {logits, 1}, 1));
  CHECK(session.cached() == 2);
  const auto expected = toy_weights::logits(all, {5, 8});
  for (std::size_t v = 0; v < 11; ++v) CHECK(logits[v] == expected[v]);
  REQUIRE(session.reset());
  CHECK(session.cached() == 0);
  const auto gap = session.step({ids_of({8}), 1, 1}, {logits, 1}, 1);
  CHECK(std::string(gap.message()) ==
        "entry 'step': position 1 leaves a gap after the 0 cached positions; pass at most 0");
}

TEST_CASE("ignored targets do not count in the loss") {
  const auto all = toy_weights::tensors();
  auto session = *toy::session::create(toy_weights::make(), threads(GENERATE(1, 3)));
  auto loss = *rt::buffer<float>::create(1);
  REQUIRE(
      session.loss({ids_of({1, 2, 3}), 1, 3}, {ids_of({4, -1, 6}), 1, 3}, rt::tensor<float>(loss)));
  const float expected =
      (toy_weights::embedded(all, 1, 0, 0) * 4 + toy_weights::embedded(all, 3, 2, 0) * 6) / 2;
  CHECK(loss[0] == expected);
}

TEST_CASE("weights outlive their handle while a session uses them") {
  std::optional<rt::weights> weights = toy_weights::make();
  auto session = *toy::session::create(*weights);
  weights.reset();
  auto x = *rt::buffer<float>::create(3);
  REQUIRE(session.forward({ids_of({1}), 1, 1}, {x, 1, 1}));
  CHECK(x[0] == toy_weights::embedded(toy_weights::tensors(), 1, 0, 0));
}

TEST_CASE("an application's pool can run the threads") {
  struct pool {
    int asked = 0;
    static void run(void* context, std::int32_t n, tenon_task task, void* argument) {
      static_cast<pool*>(context)->asked = n;
      std::vector<std::thread> threads;
      for (std::int32_t i = 0; i < n; ++i) threads.emplace_back(task, argument, i);
      for (std::thread& each : threads) each.join();
    }
    static void forget(void*, std::int32_t, tenon_task, void*) {}
  } own;
  rt::options how = threads(3);
  how.parallel = pool::run;
  how.parallel_context = &own;
  auto session = *toy::session::create(toy_weights::make(), how);
  auto logits = *rt::buffer<float>::create(11);
  REQUIRE(session.step({ids_of({5, 8}), 1, 2}, {logits, 1}, 0));
  CHECK(own.asked == 3);
  CHECK(logits[4] == toy_weights::logits(toy_weights::tensors(), {5, 8})[4]);

  how.parallel = pool::forget;
  auto idle = *toy::session::create(toy_weights::make(), how);
  CHECK(std::string(idle.step({ids_of({5}), 1, 1}, {logits, 1}, 0).message()) ==
        "options.parallel ran none of its 3 tasks to the end; it must run them before it returns");
  CHECK(idle.cached() == 0);
}

TEST_CASE("a pool may run its tasks one after the other, twice, or not all of them") {
  using order = std::vector<int>;
  struct pool {
    order tasks;
    static void run(void* context, std::int32_t, tenon_task task, void* argument) {
      for (const int each : static_cast<pool*>(context)->tasks) task(argument, each);
    }
  } own{
      GENERATE(order{0, 1, 2}, order{2, 1, 0}, order{0, 0, 1, 1, 2, 2}, order{1}, order{7, -1, 2})};
  rt::options how = threads(3);
  how.parallel = pool::run;
  how.parallel_context = &own;
  const auto all = toy_weights::tensors();
  auto made = rt::weights::from_tensors(toy::model(), toy_weights::views(all), how);
  REQUIRE(made);
  auto session = *toy::session::create(*made, how);
  auto logits = *rt::buffer<float>::create(11);
  for (int position = 0; position < 3; ++position)
    REQUIRE(session.step({ids_of({5}), 1, 1}, {logits, 1}, position));
  const auto expected = toy_weights::logits(all, {5, 5, 5});
  for (std::size_t v = 0; v < 11; ++v) CHECK(logits[v] == expected[v]);
}

TEST_CASE("a pool that throws ends the call with its message and loses no thread") {
  struct pool {
    int before;  // tasks that it has begun when it throws, on threads of its own
    std::vector<std::thread> threads;
    static void run(void* context, std::int32_t, tenon_task task, void* argument) {
      pool& self = *static_cast<pool*>(context);
      for (std::int32_t i = 0; i < self.before; ++i) self.threads.emplace_back(task, argument, i);
      throw std::runtime_error("no thread left");
    }
  } own{GENERATE(0, 1, 2), {}};
  rt::options how = threads(3);
  how.parallel = pool::run;
  how.parallel_context = &own;
  auto session = *toy::session::create(toy_weights::make(), how);
  auto logits = *rt::buffer<float>::create(11);
  for (int call = 0; call < 20; ++call) {
    const auto ran = session.step({ids_of({5}), 1, 1}, {logits, 1}, 0);
    CHECK(ran.code() == TENON_CALLBACK_THREW);
    CHECK(std::string(ran.message()) ==
          "options.parallel threw 'no thread left'; callbacks of a C interface must return");
    CHECK(session.cached() == 0);
  }
  for (std::thread& each : own.threads) each.join();
}
