// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What f32 can hold of a result. Where large numbers cancel, no order of computing gives digits
// that the operands do not have: a difference is then no mistake of a kernel. How much that is, the
// reference says: with every number moved by half a unit of f32's last place, up or down at random.
#pragma once
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace check {

/// The reference's results with noise, computed once one of the results is off.
template <class Results>
class noisy_results {
 public:
  /// `ask` gives the results for a seed of the noise.
  explicit noisy_results(std::function<Results(int)> ask) : ask_(std::move(ask)) {}

  /// The greatest `difference(results)` of a few; sums of many numbers round more often than once,
  /// hence the factor.
  template <class Difference>
  double allowed(Difference difference) {
    while (results_.size() < 4) results_.push_back(ask_(static_cast<int>(results_.size()) + 1));
    double most = 0;
    for (const Results& results : results_) most = std::max(most, difference(results));
    return 8 * most;
  }

 private:
  std::function<Results(int)> ask_;
  std::vector<Results> results_;
};

}  // namespace check
