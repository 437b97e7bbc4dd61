// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See report.hpp.
#include "report.hpp"

#include "timing.hpp"

namespace bench {

void alternate(std::vector<contest>& contests, int rounds) {
  for (int round = 0; round < rounds; ++round)
    for (contest& each : contests) {
      each.limits.push_back(each.limit());
      each.rates.push_back(each.work());
      each.limits.push_back(each.limit());
    }
}

void report::line(const std::string& what, const std::string& threads, const std::string& figure,
                  const std::string& limit, const std::string& share, const std::string& bar,
                  const std::string& verdict) const {
  std::printf("| %-36s | %-7s | %-18s | %-22s | %-7s | %-9s | %-6s |\n", what.c_str(),
              threads.c_str(), figure.c_str(), limit.c_str(), share.c_str(), bar.c_str(),
              verdict.c_str());
  std::fflush(stdout);
}

void report::head() const {
  if (for_programs_) return;
  line("what", "threads", "figure", "limit in the run", "share", "bar", "");
  const std::string rule(4, '-');
  line(rule, rule, rule, rule, rule, rule, rule);
}

void report::row(const contest& done) const {
  const double rate = median(done.rates), limit = median(done.limits), share = rate / limit;
  if (for_programs_) {
    std::printf("%s\t%d\t%.6g\t%s\t%.4f\n", done.what.c_str(), done.threads,
                rate * done.figure_scale, done.figure_unit.c_str(), share);
    return;
  }
  const bool judged = done.bar > 0;
  line(done.what, text("%d", done.threads),
       text("%.1f %s", rate * done.figure_scale, done.figure_unit.c_str()),
       text("%.1f %s", limit * done.limit_scale, done.limit_unit.c_str()),
       text("%.1f %%", 100 * share), judged ? text(">= %.0f %%", 100 * done.bar) : "",
       judged ? share >= done.bar ? "passed" : "missed" : "");
}

void report::below(const std::string& what, int threads, double figure, double bound,
                   const std::string& unit, const std::string& bound_note) const {
  if (for_programs_) {
    std::printf("%s\t%d\t%.6g\t%s\t%.4f\n", what.c_str(), threads, figure, unit.c_str(),
                figure / bound);
    return;
  }
  line(what, threads > 0 ? text("%d", threads) : "", text("%.3g %s", figure, unit.c_str()),
       bound_note, text("%.1f %%", 100 * figure / bound), text("< %.3g %s", bound, unit.c_str()),
       figure < bound ? "passed" : "missed");
}

void report::skipped(const std::string& what, const std::string& reason) const {
  if (for_programs_)
    std::printf("%s\tskipped\t%s\n", what.c_str(), reason.c_str());
  else
    line(what, "", "not measured", reason, "", "", "");
}

}  // namespace bench
