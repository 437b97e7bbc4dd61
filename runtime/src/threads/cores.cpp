// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counting usable CPUs; see cores.hpp.
#include "cores.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include <sched.h>

namespace tenon::runtime::detail {
namespace {

// Quota over period in whole CPUs, rounded down but at least 1: threads beyond it would be stopped
// for the rest of each period, all at once. 0 where there is no limit or the values make no sense.
int whole_cpus(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::clamp(quota / period, 1LL, 1LL << 20));
}

int v2_quota(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  long long quota = 0, period = 0;  // "max 100000" leaves quota unread
  return file >> quota >> period ? whole_cpus(quota, period) : 0;
}

int v1_quota(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"),
      period_file(folder + "/cpu.cfs_period_us");
  long long quota = 0, period = 0;
  return quota_file >> quota && period_file >> period ? whole_cpus(quota, period) : 0;
}

// The least limit from the group itself up to the mount point.
template <class Quota>
int least_on_path(const std::string& mount, std::string path, Quota quota_of) {
  int least = 0;
  for (;;) {
    const int quota = quota_of(mount + path);
    if (quota > 0) least = least == 0 ? quota : std::min(least, quota);
    const std::size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos) return least;
    path.resize(slash);
  }
}

}  // namespace

int cgroup_quota(const std::string& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  int least = 0;
  for (std::string line; std::getline(groups, line);) {  // hierarchy:controllers:/path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    int quota = 0;
    if (controllers == ",,")
      quota = least_on_path(root + "/sys/fs/cgroup", path, v2_quota);
    else if (controllers.find(",cpu,") != std::string::npos)
      quota = least_on_path(root + "/sys/fs/cgroup/cpu", path, v1_quota);
    if (quota > 0) least = least == 0 ? quota : std::min(least, quota);
  }
  return least;
}

int available_cores() {
  int cores = 0;
  // The mask is as long as the kernel's highest CPU number, which may exceed cpu_set_t.
  for (int n = CPU_SETSIZE; n <= (1 << 16) && cores == 0; n *= 4) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> mask(
        CPU_ALLOC(n), [](cpu_set_t* set) { CPU_FREE(set); });
    if (mask && sched_getaffinity(0, CPU_ALLOC_SIZE(n), mask.get()) == 0)
      cores = CPU_COUNT_S(CPU_ALLOC_SIZE(n), mask.get());
  }
  if (cores == 0) cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int quota = cgroup_quota("");
  return quota > 0 ? std::max(1, std::min(cores, quota)) : cores;
}

}  // namespace tenon::runtime::detail
