// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads: shares and stages, more threads than cores, and how many a process may use.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <sched.h>

#include <catch2/catch.hpp>

#include "fixture/scratch.hpp"
#include "threads/cores.hpp"
#include "threads/team.hpp"
#include "threads/waiting.hpp"

namespace rt = tenon::runtime;

namespace {

// Stages in which each share is counted, and looks whether all of the stage before have been.
struct rounds {
  static constexpr int n_rounds = 300, most = 8;
  rt::detail::team* team;
  std::atomic<int> computed{0}, wrong{0}, returned{0};
  std::atomic<int> times[most] = {};

  static void run(void* argument, std::int32_t thread) {
    rounds& self = *static_cast<rounds*>(argument);
    rt::detail::team& team = *self.team;  // all that is touched when the call may be over
    const int n = team.size();
    for (int round = 0; round < n_rounds; ++round)
      for (int number; (number = team.next_share(thread)) >= 0;) {
        if (self.computed.load() / n != round) self.wrong.fetch_add(1);
        self.times[number].fetch_add(1);
        self.computed.fetch_add(1);
      }
    if (!team.is_over(thread)) self.returned.fetch_add(1);
  }
  void check() {
    CHECK(wrong == 0);
    CHECK(computed == team->size() * n_rounds);
    for (int number = 0; number < team->size(); ++number) CHECK(times[number] == n_rounds);
    CHECK(returned >= 1);
  }
};

rt::status run(rt::detail::team& team, rounds& work) {
  return rt::status(team.run(team.size(), rounds::run, &work));
}

std::unique_ptr<rt::detail::team> make_team(int n) {
  rt::options how{};
  how.threads = n;
  std::unique_ptr<rt::detail::team> team;
  REQUIRE(rt::status(rt::detail::team::create(how, 0, team)));
  return team;
}

std::set<std::string> thread_ids() {
  std::set<std::string> ids;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task"))
    ids.insert(each.path().filename());
  return ids;
}

std::uint64_t blocked_signals(const std::string& thread) {
  std::ifstream file("/proc/self/task/" + thread + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("SigBlk:", 0) == 0) return std::stoull(line.substr(7), nullptr, 16);
  FAIL("no SigBlk of thread " << thread);
  return 0;
}

// Returns when every thread of the team has run.
void wait_for_all(rt::detail::team& team) {
  struct meeting {
    int n;
    std::atomic<int> came{0};
    static void run(void* argument, std::int32_t) {
      meeting& self = *static_cast<meeting*>(argument);
      self.came.fetch_add(1);
      while (self.came < self.n) std::this_thread::yield();
    }
  } all{team.size()};
  REQUIRE(rt::status(team.run(team.size(), meeting::run, &all)));
}

}  // namespace

TEST_CASE("each share is computed once, after all of the stage before") {
  const auto team = make_team(GENERATE(1, 2, 3, 8));  // also with more threads than cores
  for (int call = 0; call < 5; ++call) {
    rounds work{team.get()};
    REQUIRE(run(*team, work));
    work.check();
  }
}

TEST_CASE("a stage sees what all shares of the one before wrote, whoever computed them") {
  struct notes {
    rt::detail::team* team;
    int written[3] = {};  // plain memory, as that of kernels
    std::atomic<int> wrong{0}, came{0};
    static void run(void* argument, std::int32_t thread) {
      notes& self = *static_cast<notes*>(argument);
      rt::detail::team& team = *self.team;
      const int n = team.size();
      self.came.fetch_add(1, std::memory_order_relaxed);
      for (int round = 1; round <= 200; ++round) {
        for (int number; (number = team.next_share(thread)) >= 0;) {
          while (self.came < 2) std::this_thread::yield();
          for (int i = 0; i < 2000; ++i) {  // so that others take shares too
            rt::detail::pause();
            if (i % 500 == 0) std::this_thread::yield();
          }
          self.written[number] = round;
        }
        for (int number; (number = team.next_share(thread)) >= 0;)
          for (int other = 0; other < n; ++other)
            if (self.written[other] != round) self.wrong.fetch_add(1, std::memory_order_relaxed);
      }
    }
  };
  const auto team = make_team(GENERATE(2, 3));
  notes work{team.get()};
  REQUIRE(rt::status(team->run(team->size(), notes::run, &work)));
  CHECK(work.wrong == 0);
}

TEST_CASE("calls of few and of many shares may take turns") {
  const auto team = make_team(4);
  struct sum {
    rt::detail::team* team;
    std::atomic<int> of_numbers{0};
    static void run(void* argument, std::int32_t thread) {
      sum& self = *static_cast<sum*>(argument);
      rt::detail::team& team = *self.team;
      for (int round = 0; round < 3; ++round)
        for (int number; (number = team.next_share(thread)) >= 0;)
          self.of_numbers.fetch_add(1 << (4 * number));
    }
  };
  for (int call = 0; call < 500; ++call) {
    const int n = call * 7 % 4 + 1;
    sum work{team.get()};
    REQUIRE(rt::status(team->run(n, sum::run, &work)));
    CHECK(work.of_numbers == 0x3333 >> (4 * (4 - n)));
  }
}

TEST_CASE("a call does not wait for a thread that gets no core") {
  struct late {
    rt::detail::team* team;
    std::atomic<int> computed{0};
    static void run(void* argument, std::int32_t thread) {
      late& self = *static_cast<late*>(argument);
      rt::detail::team& team = *self.team;
      for (int round = 0; round < 100; ++round)
        for (int number; (number = team.next_share(thread)) >= 0;) self.computed.fetch_add(1);
    }
  };
  struct pool {
    std::thread other;
    std::atomic<bool> may_go{false};
    static void run(void* context, std::int32_t n, tenon_task task, void* argument) {
      pool& self = *static_cast<pool*>(context);
      CHECK(n == 2);
      self.other = std::thread([=, &self] {
        while (!self.may_go) std::this_thread::yield();
        task(argument, 1);
      });
      task(argument, 0);
    }
  } own;
  rt::options how{};
  how.threads = 2;
  how.parallel = pool::run;
  how.parallel_context = &own;
  std::unique_ptr<rt::detail::team> team;
  REQUIRE(rt::status(rt::detail::team::create(how, 0, team)));
  late work{team.get()};
  REQUIRE(rt::status(team->run(2, late::run, &work)));
  CHECK(work.computed == 200);
  own.may_go = true;  // the call is over: its task returns at once and computes nothing
  own.other.join();
  CHECK(work.computed == 200);
}

TEST_CASE("a thread that waits for a share of another is left behind when the call ends") {
  // Thread 1 waits in the last stage while thread 0 computes both of its shares one after the
  // other.
  const auto team = make_team(2);
  struct slow {
    rt::detail::team* team;
    std::atomic<int> computed{0};
    static void run(void* argument, std::int32_t thread) {
      slow& self = *static_cast<slow*>(argument);
      rt::detail::team& team = *self.team;
      for (int round = 0; round < 3; ++round)
        for (int number; (number = team.next_share(thread)) >= 0;) {
          std::this_thread::sleep_for(std::chrono::milliseconds(number == 0 ? 3 : 0));
          self.computed.fetch_add(1);
        }
    }
  };
  for (int call = 0; call < 30; ++call) {
    slow work{team.get()};
    REQUIRE(rt::status(team->run(2, slow::run, &work)));
    CHECK(work.computed == 6);
  }
}

TEST_CASE("workers that went to sleep are woken by the next call") {
  const auto team = make_team(3);
  for (int call = 0; call < 3; ++call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // beyond any spinning
    rounds work{team.get()};
    REQUIRE(run(*team, work));
    work.check();
  }
}

TEST_CASE("workers leave open what a thread raises itself and what profilers send") {
  std::thread([] {}).join();  // a sanitizer has a thread of its own from the first on
  const std::set<std::string> before = thread_ids();
  const auto team = make_team(3);
  wait_for_all(*team);  // a thread begins with all signals blocked
  int workers = 0;
  for (const std::string& id : thread_ids()) {
    if (before.count(id) != 0) continue;
    workers += 1;
    const std::uint64_t blocked = blocked_signals(id);
    const auto is_blocked = [&](int signal) { return (blocked >> (signal - 1) & 1) != 0; };
    for (const int open :
         {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF, SIGVTALRM})
      CHECK_FALSE(is_blocked(open));
    for (const int closed : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2, SIGIO})
      CHECK(is_blocked(closed));
  }
  CHECK(workers == 2);
}

TEST_CASE("a waiter that does not spin is woken") {
  rt::detail::counter counter;
  std::atomic<bool> woken{false};
  std::thread waiter([&] {
    rt::detail::patience none(0);
    counter.wait_past(0, none);
    woken = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK_FALSE(woken);
  counter.advance();
  waiter.join();
  CHECK(woken);
}

TEST_CASE("threads are bounded") {
  rt::options how{};
  how.threads = GENERATE(-1, 1025);
  CHECK_THAT(
      toy::session::create(toy_weights::make(), how).message(),
      Catch::StartsWith("options.threads is " + std::to_string(how.threads) + "; use 1..1024"));
}

TEST_CASE("the default is what affinity and quota allow") {
  cpu_set_t before, one;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  const int all = rt::detail::available_cores();
  CHECK(all >= 1);
  CHECK(all <= CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(rt::detail::available_cores() == 1);
  CHECK(toy::session::create(toy_weights::make())->threads() == 1);
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(rt::detail::available_cores() == all);
}

TEST_CASE("the least quota on the cgroup path counts, rounded down") {
  const scratch_folder root;
  const auto write = [&](const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root.path() + path).parent_path());
    std::ofstream(root.path() + path) << text;
  };
  CHECK(rt::detail::cgroup_quota(root.path()) == 0);
  write("/proc/self/cgroup", "0::/a/b\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 0);
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 0);
  write("/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 2);
  write("/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 2);
  write("/sys/fs/cgroup/cpu.max", "100 100000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 1);

  write("/proc/self/cgroup", "12:cpu,cpuacct:/j\n3:memory:/j\n");
  write("/sys/fs/cgroup/cpu/j/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu/j/cpu.cfs_period_us", "100000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 0);
  write("/sys/fs/cgroup/cpu/j/cpu.cfs_quota_us", "150000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 1);
  write("/sys/fs/cgroup/cpu/j/cpu.cfs_quota_us", "700000\n");
  CHECK(rt::detail::cgroup_quota(root.path()) == 7);
}

TEST_CASE("long waits make the next ones poll less, short ones more again") {
  using std::chrono::microseconds;
  rt::detail::patience polling(2000);
  CHECK(polling.polls() == 2000);
  polling.was_short();
  CHECK(polling.polls() == 2000);
  polling.slept(microseconds(1000));
  CHECK(polling.polls() == 500);
  polling.slept(microseconds(300));  // neither worth polling for, nor a sign of a lost core
  CHECK(polling.polls() == 500);
  for (int i = 0; i < 10; ++i) polling.slept(microseconds(1000));
  const int least = polling.polls();
  CHECK(least < 16);
  CHECK(least > 0);
  for (int i = 0; i < 1000; ++i) polling.was_short();
  CHECK(polling.polls() == 2000);
  for (int i = 0; i < 10; ++i) polling.slept(microseconds(1000));
  for (int i = 0; i < 10; ++i)
    polling.slept(microseconds(20));  // polling would have seen these end
  CHECK(polling.polls() == 2000);
}

TEST_CASE("TENON_THREADS is the number of threads of who asks for none") {
  struct variable {
    explicit variable(const char* value) { setenv("TENON_THREADS", value, 1); }
    ~variable() { unsetenv("TENON_THREADS"); }
  };
  rt::options three{};
  three.threads = 3;
  {
    const variable set("2");
    CHECK(toy::session::create(toy_weights::make())->threads() == 2);
    CHECK(toy::session::create(toy_weights::make(), three)->threads() == 3);
  }
  CHECK(toy::session::create(toy_weights::make())->threads() == rt::detail::available_cores());
  for (const char* wrong : {"0", "-1", "1025", "2x", "all", "99999999999999999999"}) {
    const auto made = toy::session::create(toy_weights::make(), three);  // before it is set
    REQUIRE(made);
    const auto weights = toy_weights::make();
    const variable set(wrong);
    CHECK_THAT(toy::session::create(weights).message(),
               Catch::StartsWith("the environment's TENON_THREADS is '" + std::string(wrong) +
                                 "'; use 1..1024"));
  }
}
