// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nothing is allocated or mapped after a session was made: malloc and mmap are counted in this
// program.
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <tenon/runtime/profile.hpp>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"

namespace {

// As in catch_main.cpp: calls of small models get all threads too.
[[maybe_unused]] const int all_threads = setenv("TENON_GRAIN", "0", /*overwrite=*/0);

std::atomic<bool> counting{false};
std::atomic<int> calls{0};

void count() {
  if (counting.load(std::memory_order_relaxed)) calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// glibc's own functions under their second names; ours take the place of the usual ones.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t n, std::size_t bytes) {
  count();
  return __libc_calloc(n, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  count();
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
void free(void* memory) {
  count();
  __libc_free(memory);
}
void* mmap(void* where, std::size_t bytes, int access, int flags, int file, off_t offset) {
  count();
  return reinterpret_cast<void*>(syscall(SYS_mmap, where, bytes, access, flags, file, offset));
}
}

namespace {

template <class Body>
int calls_during(Body&& body) {
  calls = 0;
  counting = true;
  body();
  counting = false;
  return calls;
}

}  // namespace

TEST_CASE("the counters count") {
  CHECK(calls_during([] { std::free(std::malloc(10)); }) == 2);
  tenon::runtime::options how{};
  CHECK(calls_during([&] { static_cast<void>(toy::session::create(toy_weights::make(), how)); }) >
        10);
}

TEST_CASE("calls, their errors, rewinding and reset allocate nothing, recorded or not") {
  const bool recorded = GENERATE(false, true);
  tenon::runtime::options how{};
  how.threads = 3;
  auto session = *toy::session::create(toy_weights::make(), how);
  if (recorded) REQUIRE(tenon::runtime::record(session, 30));
  auto ids = *tenon::runtime::buffer<std::int32_t>::create(16);
  auto logits = *tenon::runtime::buffer<float>::create(11);
  bool all_ok = true, all_failed = true;
  const int n = calls_during([&] {
    for (int position = 0; position < 16; ++position)
      all_ok = all_ok && session.step({ids.first(1), 1, 1}, {logits, 1}, position);
    all_ok = all_ok && session.step({ids.first(4), 1, 4}, {logits, 1}, 2);
    all_failed = all_failed && !session.step({ids.first(4), 1, 4}, {logits, 1}, 9);
    all_failed = all_failed && !session.step({ids.first(4), 1, 3}, {logits, 1}, 0);
    ids[0] = 77;
    all_failed = all_failed && !session.step({ids.first(1), 1, 1}, {logits, 1}, 0);
    all_ok = all_ok && session.reset();
  });
  CHECK(n == 0);
  CHECK(tenon::runtime::recorded_calls(session).size() == (recorded ? 17 : 0));
  CHECK(all_ok);
  CHECK(all_failed);
}

TEST_CASE("calls by names, bound calls and their errors allocate nothing") {
  tenon::runtime::options how{};
  how.threads = 2;
  tenon::runtime::session session =
      *tenon::runtime::create_session(toy::model(), toy_weights::make(), how);
  auto ids = *tenon::runtime::buffer<std::int32_t>::create(16);
  auto logits = *tenon::runtime::buffer<float>::create(11);
  auto step = *session.bind("step");
  auto bound_ids = *step.input("ids");
  step.output("logits")->set(logits);
  bool all_ok = true, all_failed = true;
  const int n = calls_during([&] {
    all_ok = all_ok && session.call("step", {{"ids", ids.first(2), {1, 2}}}, {{"logits", logits}});
    for (int position = 2; position < 16; ++position) {
      bound_ids.set(ids.first(1), {1, 1});
      all_ok = all_ok && step.run(position);
    }
    all_failed = all_failed && !session.call("steps", {}, {});
    all_failed = all_failed && !session.call("step", {{"id", ids}}, {{"logits", logits}});
    all_failed = all_failed && !session.call("step", {{"ids", ids}}, {{"logits", logits}});
    bound_ids.set(ids.first(1), {1, 2});
    all_failed = all_failed && !step.run(0);
  });
  CHECK(n == 0);
  CHECK(all_ok);
  CHECK(all_failed);
}

TEST_CASE("calls of entries that train allocate nothing") {
  tenon::runtime::options how{};
  how.threads = 2;
  auto session =
      *learner::session::create(*tenon::runtime::weights::random(learner::model(), 1), how);
  float sum = 0;
  std::int32_t count = 0;
  bool all_ok = true;
  const int n = calls_during([&] {
    for (int step = 0; step < 3; ++step) {
      all_ok = all_ok && session.gradients({.micro_step = step, .scale = 0.5f}, sum, count);
      all_ok = all_ok && session.update({});
    }
  });
  CHECK(n == 0);
  CHECK(all_ok);
}
