// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much an entry computes in a call, and how many threads that is worth: the compiler's costs of
// its kernels at the rates of a slow core.
#pragma once
#include <cstdint>
#include <vector>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

class workload {
 public:
  explicit workload(const tenon_entry& entry);

  /// Threads that have `grain` ns of work each between two of their meetings: 1 to `most`. All of
  /// them where the descriptor tells no costs, or the grain is 0.
  [[nodiscard]] int threads(const std::int64_t* dims, std::int64_t position, int most,
                            double grain) const;

 private:
  struct term {  // ns, times the sizes of `dims`, times the position where by_position
    double nanoseconds;
    bool by_position;
    std::vector<std::uint32_t> dims;
  };
  void add(const tenon_cost_term* terms, std::uint32_t n_terms, double nanoseconds);

  std::vector<term> terms_;
  double meetings_ = 0;
};

/// The environment's TENON_GRAIN, or the default, in ns.
tenon_status grain_from_environment(double& grain);

}  // namespace tenon::runtime::detail
