// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of the table: what was measured, beside the limit in the run and the bar.
#pragma once
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct settings {
  int rounds = 3;
  std::vector<int> threads{1, 2};
};

/// Work against a limit: both give a rate in the same base unit (operations or bytes a second, or
/// whatever the two have in common), and take turns.
struct contest {
  std::string what;
  int threads = 1;
  std::string figure_unit;  // e.g. "tokens/s"
  double figure_scale = 1;  // figure = rate * scale
  std::string limit_unit;   // e.g. "GFLOP/s"
  double limit_scale = 1e-9;
  double bar = 0;  // the share of the limit that is asked for; 0: none is
  std::function<double()> work{}, limit{};
  std::vector<double> rates{}, limits{};
};

/// Runs all contests in turn, `rounds` times, the limit before and after the work.
void alternate(std::vector<contest>& contests, int rounds);

/// Writes rows as they are known: a Markdown table, or lines of tab-separated fields for programs
/// (what, threads, figure, unit, share of the limit).
class report {
 public:
  explicit report(bool for_programs) : for_programs_(for_programs) {}

  void head() const;
  /// Medians of a contest.
  void row(const contest& done) const;
  /// A number that must stay below `bound`.
  void below(const std::string& what, int threads, double figure, double bound,
             const std::string& unit, const std::string& bound_note = "") const;
  /// Something that could not be measured here.
  void skipped(const std::string& what, const std::string& reason) const;

 private:
  void line(const std::string& what, const std::string& threads, const std::string& figure,
            const std::string& limit, const std::string& share, const std::string& bar,
            const std::string& verdict) const;

  bool for_programs_;
};

/// printf into a string.
template <class... Values>
std::string text(const char* format, Values... values) {
  char buffer[256];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

}  // namespace bench
