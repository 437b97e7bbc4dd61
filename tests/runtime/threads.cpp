// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads: the barrier under load, more threads than cores, and how many a process may use.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <sched.h>

#include <catch2/catch.hpp>

#include "barrier.hpp"
#include "cores.hpp"
#include "fixture/scratch.hpp"
#include "team.hpp"

namespace rt = tenon::runtime;

namespace {

// Every thread counts its rounds between two barriers and looks whether the others have kept up.
struct rounds {
  static constexpr int n_rounds = 300;
  rt::detail::team* team;
  std::atomic<int> arrived{0}, wrong{0};

  static void run(void* argument, std::int32_t) {
    rounds& self = *static_cast<rounds*>(argument);
    for (int round = 1; round <= n_rounds; ++round) {
      self.arrived.fetch_add(1);
      self.team->meet();
      if (self.arrived.load() != round * self.team->size()) self.wrong.fetch_add(1);
      self.team->meet();
    }
  }
};

std::unique_ptr<rt::detail::team> make_team(int n) {
  rt::options how{};
  how.threads = n;
  std::unique_ptr<rt::detail::team> team;
  REQUIRE(rt::status(rt::detail::team::create(how, team)));
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

}  // namespace

TEST_CASE("a barrier lets threads pass only together, also with more threads than cores") {
  const int n = GENERATE(1, 2, 3, 8);
  const auto team = make_team(n);
  for (int call = 0; call < 5; ++call) {
    rounds work{team.get()};
    REQUIRE(rt::status(team->run(rounds::run, &work)));
    CHECK(work.wrong == 0);
    CHECK(work.arrived == n * rounds::n_rounds);
  }
}

TEST_CASE("workers that went to sleep are woken by the next call") {
  const auto team = make_team(3);
  for (int call = 0; call < 3; ++call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // beyond any spinning
    rounds work{team.get()};
    REQUIRE(rt::status(team->run(rounds::run, &work)));
    CHECK(work.wrong == 0);
  }
}

TEST_CASE("workers leave open what a thread raises itself and what profilers send") {
  const std::set<std::string> before = thread_ids();
  const auto team = make_team(3);
  rounds all_started{team.get()};  // a thread begins with all signals blocked
  REQUIRE(rt::status(team->run(rounds::run, &all_started)));
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
