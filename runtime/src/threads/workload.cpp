// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See workload.hpp.
#include "workload.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <span>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

// What a core does in a ns of small kernels, rather too much than too little: one thread more than
// pays costs what a meeting costs, at each.
constexpr double flops_of_core = 40, bytes_of_core = 16;
// Meeting takes running threads some 0.2 us, and 1 us where the other is late.
constexpr int default_grain = 2000, most_grain = 1'000'000'000;

}  // namespace

workload::workload(const tenon_entry& entry) {
  for (const tenon_kernel& kernel : std::span(entry.kernels, entry.n_kernels)) {
    add(kernel.flops, kernel.n_flops, kernel.repeats / flops_of_core);
    add(kernel.bytes, kernel.n_bytes, kernel.repeats / bytes_of_core);
    meetings_ += kernel.repeats;
  }
}

// Terms of one product of sizes are added up here, so that a call has a handful to look at.
void workload::add(const tenon_cost_term* terms, std::uint32_t n_terms, double nanoseconds) {
  for (const tenon_cost_term& each : std::span(terms, n_terms)) {
    term next{static_cast<double>(each.factor) * nanoseconds,
              each.by_position != 0,
              {each.dims, each.dims + each.n_dims}};
    std::ranges::sort(next.dims);
    const auto same = std::ranges::find_if(terms_, [&](const term& other) {
      return other.by_position == next.by_position && other.dims == next.dims;
    });
    if (same == terms_.end())
      terms_.push_back(std::move(next));
    else
      same->nanoseconds += next.nanoseconds;
  }
}

int workload::threads(const std::int64_t* dims, std::int64_t position, int most,
                      double grain) const {
  if (meetings_ == 0 || grain == 0) return most;
  double sum = 0;
  for (const term& each : terms_) {
    double product = each.nanoseconds;
    if (each.by_position) product *= static_cast<double>(position);
    for (const std::uint32_t dim : each.dims) product *= static_cast<double>(dims[dim]);
    sum += product;
  }
  const double worth = sum / (meetings_ * grain);
  return worth >= most ? most : std::max(1, static_cast<int>(worth));
}

tenon_status grain_from_environment(double& grain) {
  grain = default_grain;
  const char* text = std::getenv("TENON_GRAIN");
  if (text == nullptr || *text == '\0') return success();
  const char* const end = text + std::strlen(text);
  int value = 0;
  const auto [stop, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || stop != end || value < 0 || value > most_grain)
    return failure(TENON_INVALID_ARGUMENT,
                   "the environment's TENON_GRAIN is '%.40s'; use 0..%d, the ns of work that are "
                   "worth a thread (0: every call gets all threads), or unset it for %d",
                   text, most_grain, default_grain);
  grain = value;
  return success();
}

}  // namespace tenon::runtime::detail
