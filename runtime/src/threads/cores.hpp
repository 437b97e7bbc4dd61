// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many threads this process may use: the affinity mask, and the CPU quota of its cgroups.
#pragma once
#include <string>

namespace tenon::runtime::detail {

/// At least 1.
int available_cores();

/// The least CPU quota, rounded down to whole CPUs but at least 1, along the cgroup path of the
/// process; 0 where none is set. `root` is "" but for tests, which keep files of /proc and /sys
/// below another folder. Reads cgroup v2 (cpu.max) and v1 (cpu.cfs_quota_us / cpu.cfs_period_us).
int cgroup_quota(const std::string& root);

}  // namespace tenon::runtime::detail
