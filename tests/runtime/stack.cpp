// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks of threads: of ours large enough, of the application's looked at before a call.
#include <atomic>
#include <functional>
#include <thread>

#include <pthread.h>

#include <catch2/catch.hpp>

#include "fixture/toy_weights.hpp"
#include "threads/stack.hpp"
#include "threads/team.hpp"

namespace rt = tenon::runtime;
using rt::detail::stack_left;

namespace {

// Runs `body` in a thread with so large a stack.
void in_thread(std::size_t stack_bytes, std::function<void()> body) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  // Catch counts one assertion at a time: the thread's own are over when it is joined.
  const int begun = pthread_create(&thread, &attributes, run, &body);
  pthread_attr_destroy(&attributes);
  const int ended = begun == 0 ? pthread_join(thread, nullptr) : begun;
  REQUIRE(begun == 0);
  REQUIRE(ended == 0);
}

// What is left so many frames of more than 1024 bytes further down.
[[gnu::noinline]] std::size_t left_below(int calls) {
  // What has a size that is known lies elsewhere under AddressSanitizer.
  volatile char* const frame =
      static_cast<char*>(__builtin_alloca(1024U + static_cast<unsigned>(calls)));
  frame[calls] = 1;  // not always the same, or the compiler keeps one of them only
  const std::size_t left = calls == 0 ? stack_left() : left_below(calls - 1);
  return left + static_cast<std::size_t>(frame[calls]) - 1;  // so that the frame is there until now
}

// The least that any of the threads that took part had left.
struct least_left {
  std::atomic<std::size_t> bytes{SIZE_MAX};
  std::atomic<int> came{0};
  int n = 0;
  static void run(void* argument, std::int32_t) {
    least_left& self = *static_cast<least_left*>(argument);
    std::size_t least = self.bytes;
    while (stack_left() < least && !self.bytes.compare_exchange_weak(least, stack_left())) {
    }
    self.came.fetch_add(1);
    while (self.came < self.n) std::this_thread::yield();
  }
};

std::unique_ptr<rt::detail::team> make_team(int n, std::size_t stack_bytes) {
  rt::options how{};
  how.threads = n;
  std::unique_ptr<rt::detail::team> team;
  REQUIRE(rt::status(rt::detail::team::create(how, stack_bytes, team)));
  return team;
}

}  // namespace

TEST_CASE("a thread knows how much stack it has left") {
  std::size_t left = 0, deeper = 0;
  in_thread(512 << 10, [&] {
    left = stack_left();
    deeper = left_below(10);
  });
  CHECK(left > (256 << 10));
  CHECK(left < (512 << 10));
  CHECK(deeper + 10 * 1024 <= left);
}

TEST_CASE("threads of ours have the stack that tasks need, whatever the default is") {
  constexpr std::size_t needed = 20 << 20;
  pthread_attr_t before, small;
  REQUIRE(pthread_getattr_default_np(&before) == 0);
  REQUIRE(pthread_getattr_default_np(&small) == 0);
  REQUIRE(pthread_attr_setstacksize(&small, 256 << 10) == 0);
  REQUIRE(pthread_setattr_default_np(&small) == 0);
  const auto team = make_team(3, needed);
  REQUIRE(pthread_setattr_default_np(&before) == 0);
  in_thread(64 << 20, [&] {
    least_left all;
    all.n = 3;
    const rt::status ran = rt::status(team->run(3, least_left::run, &all));
    CHECK(ran);
    CHECK(all.bytes >= needed);
  });
}

TEST_CASE("a call on a thread whose stack is too small is refused, and runs nothing") {
  const auto team = make_team(GENERATE(1, 3), 1 << 20);
  std::atomic<int> ran{0};
  const auto count = [](void* argument, std::int32_t) {
    static_cast<std::atomic<int>*>(argument)->fetch_add(1);
  };
  in_thread(512 << 10, [&] {
    const rt::status refused = rt::status(team->run(team->size(), count, &ran));
    CHECK(refused.code() == TENON_INVALID_ARGUMENT);
    CHECK_THAT(refused.message(),
               Catch::StartsWith("the call needs 1048576 bytes of stack, and the thread that is to "
                                 "run it has ") &&
                   Catch::EndsWith(" left; call from one with a larger stack "
                                   "(pthread_attr_setstacksize)"));
  });
  CHECK(ran == 0);
  in_thread(4 << 20, [&] { CHECK(rt::status(team->run(team->size(), count, &ran))); });
  CHECK(ran >= 1);
}

TEST_CASE("threads of a pool whose stacks are too small leave the work to others") {
  struct pool {
    std::vector<std::size_t> stacks;
    static void run(void* context, std::int32_t n, tenon_task task, void* argument) {
      for (std::int32_t i = 0; i < n; ++i)
        in_thread(static_cast<pool*>(context)->stacks[static_cast<std::size_t>(i)],
                  [&] { task(argument, i); });
    }
  } own{{512 << 10, 4 << 20}};
  rt::options how{};
  how.threads = 2;
  how.parallel = pool::run;
  how.parallel_context = &own;
  std::unique_ptr<rt::detail::team> team;
  REQUIRE(rt::status(rt::detail::team::create(how, 1 << 20, team)));
  std::atomic<int> ran{0};
  const auto count = [](void* argument, std::int32_t) {
    static_cast<std::atomic<int>*>(argument)->fetch_add(1);
  };
  CHECK(rt::status(team->run(2, count, &ran)));
  CHECK(ran == 1);
  own.stacks[1] = 512 << 10;
  CHECK_THAT(rt::status(team->run(2, count, &ran)).message(),
             Catch::StartsWith("the call needs 1048576 bytes of stack"));
  CHECK(ran == 1);
}
