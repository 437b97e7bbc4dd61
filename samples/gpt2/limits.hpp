// What this machine can do at all, measured in the run that is compared with it.
#pragma once

namespace tenon::samples {

struct machine_limits {
  double flops;  // f32 operations a second from registers, a multiply-add being two
  double
      bytes;  // bytes a second read of memory far larger than the caches, in huge pages as weights
};

/// Takes about a quarter of a second and 256 MB. `threads`: at least 1.
machine_limits measure_limits(int threads);

}  // namespace tenon::samples
