// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Greedy choice, and sampling with temperature, top-k and top-p, in that order as in transformers.
#include "generation/sampler.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model_error.hpp"

namespace tenon::samples {

sampler::sampler(const sampling& how, std::int32_t vocabulary, std::span<const std::int32_t> never)
    : how_(how), random_(how.seed) {
  if (!(how.temperature >= 0) || std::isinf(how.temperature))
    throw model_error(fmt::format("temperature is {}, it must be 0 or more", how.temperature));
  if (how.top_k < 0) throw model_error(fmt::format("top-k is {}, it must be 0 or more", how.top_k));
  if (!(how.top_p > 0 && how.top_p <= 1))
    throw model_error(fmt::format("top-p is {}, it must be above 0 and at most 1", how.top_p));
  for (std::int32_t id = 0; id < vocabulary; ++id)
    if (std::find(never.begin(), never.end(), id) == never.end()) ids_.push_back(id);
  candidates_.reserve(ids_.size());
}

std::int32_t sampler::most_probable(std::span<const float> logits) const {
  std::int32_t best = ids_.front();
  for (const std::int32_t id : ids_) {
    if (std::isnan(logits[id]))
      throw model_error(
          fmt::format("the logit of token {} is not a number; the checkpoint's values "
                      "are damaged, download it again",
                      id));
    if (logits[id] > logits[best]) best = id;
  }
  if (std::isinf(logits[best]))
    throw model_error(
        fmt::format("the logit of token {} is infinite; the checkpoint's values are "
                    "damaged, download it again",
                    best));
  return best;
}

namespace {

// Total order: the more probable first, of equal ones the lower id.
constexpr auto more_probable = [](const auto& a, const auto& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
};

}  // namespace

void sampler::keep_top_k() {
  const auto k = static_cast<std::size_t>(how_.top_k);
  if (k == 0 || k >= candidates_.size()) return;
  std::nth_element(candidates_.begin(), candidates_.begin() + how_.top_k, candidates_.end(),
                   more_probable);
  candidates_.resize(k);
}

void sampler::keep_top_p() {
  if (how_.top_p == 1) return;
  double total = 0;
  for (const candidate& each : candidates_) total += each.weight;
  // Sorts in growing pieces: the share is mostly reached among the first few of 50,000.
  double reached = 0;
  std::size_t kept = 0;
  for (std::size_t sorted = 0; kept < candidates_.size() && reached < how_.top_p * total;) {
    if (kept == sorted) {
      const std::size_t next = std::min(candidates_.size(), 4 * sorted + 64);
      const auto from = candidates_.begin() + static_cast<std::ptrdiff_t>(sorted);
      std::partial_sort(from, candidates_.begin() + static_cast<std::ptrdiff_t>(next),
                        candidates_.end(), more_probable);
      sorted = next;
    }
    reached += candidates_[kept++].weight;
  }
  candidates_.resize(std::max<std::size_t>(kept, 1));
}

// In [0, 1), 53 bits: std::uniform_real_distribution differs between standard libraries.
double sampler::uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

std::int32_t sampler::choose(std::span<const float> logits) {
  const std::int32_t best = most_probable(logits);
  if (how_.temperature == 0) return best;
  candidates_.clear();
  const double greatest = logits[best];
  for (const std::int32_t id : ids_) {
    // The greatest itself is exp(0) at any temperature, so the total is at least 1.
    const double below = logits[id] - greatest;
    candidates_.push_back({id, below == 0 ? 1.0 : std::exp(below / how_.temperature)});
  }
  keep_top_k();
  keep_top_p();
  std::sort(candidates_.begin(), candidates_.end(),
            [](const candidate& a, const candidate& b) { return a.id < b.id; });
  double total = 0;
  for (const candidate& each : candidates_) total += each.weight;
  double left = uniform() * total;
  std::int32_t last = best;
  for (const candidate& each : candidates_) {
    if (each.weight == 0) continue;
    last = each.id;
    if ((left -= each.weight) < 0) break;
  }
  return last;
}

}  // namespace tenon::samples
