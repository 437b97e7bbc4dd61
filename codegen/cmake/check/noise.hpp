// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What f32 can hold of a result. Where large numbers cancel, no order of computing gives digits
// that the operands do not have: a difference is then no mistake of a kernel. How much that is, the
// reference says: with every number moved by half a unit of f32's last place, up or down at random.
#pragma once
#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace check {

/// The reference's results with noise, computed once one of the results is off.
template <class Results>
class noisy_results {
 public:
  /// `ask` gives the results for a seed of the noise; null where noise explains nothing, as in
  /// bf16, whose roundings the check's tolerance is about.
  explicit noisy_results(std::function<Results(int)> ask) : ask_(std::move(ask)) {}

  /// Fails unless noise explains an error, by the greatest `difference(results)` of a few; sums of
  /// many numbers round more often than once, hence the factor. `what` is off by how much.
  template <class Difference>
  void expect(double error, const std::string& what, Difference difference) {
    if (!ask_) throw std::runtime_error(what);
    while (results_.size() < 4) results_.push_back(ask_(static_cast<int>(results_.size()) + 1));
    double most = 0;
    for (const Results& results : results_) most = std::max(most, difference(results));
    char text[64];
    std::snprintf(text, sizeof text, "; noise explains %.3g", 8 * most);
    if (!(error <= 8 * most)) throw std::runtime_error(what + text);
    std::printf("%s%s: f32 holds no more of it\n", what.c_str(), text);
  }

 private:
  std::function<Results(int)> ask_;
  std::vector<Results> results_;
};

}  // namespace check
