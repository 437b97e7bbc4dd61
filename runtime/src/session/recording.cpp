// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recording of calls; see recording.hpp.
#include "recording.hpp"

#include <algorithm>
#include <chrono>

namespace tenon::runtime::detail {
namespace {

std::uint64_t now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

// The most slices of a thread in one call.
std::size_t slices_a_call(const tenon_model& model) {
  std::size_t most = 0;
  for (std::uint32_t e = 0; e < model.n_entries; ++e) {
    const tenon_entry& entry = model.entries[e];
    std::size_t slices = 0;
    for (std::uint32_t k = 0; k < entry.n_kernels; ++k) slices += entry.kernels[k].repeats;
    most = std::max(most, slices);
  }
  return most;
}

}  // namespace

// Values are written here for the first time, so that no call has to wait for a page.
recording::recording(const tenon_model& model, int n_threads, std::size_t max_calls)
    : lanes_(static_cast<std::size_t>(n_threads)),
      calls_(max_calls),
      dims_(max_calls * model.n_dims) {
  for (std::size_t i = 0; i < max_calls; ++i) calls_[i].dims = dims_.data() + i * model.n_dims;
  const std::size_t each = slices_a_call(model);
  for (lane& own : lanes_) own.slices.resize(max_calls * each);
}

bool recording::begin(const checked_call& call, std::uint32_t entry) {
  if (n_calls_ == calls_.size()) return false;
  for (lane& own : lanes_) own.count_before = own.count;
  tenon_recorded_call& to = calls_[n_calls_];
  to.entry = entry;
  to.position = call.position;
  std::ranges::copy(call.dims, dims_.begin() + (to.dims - dims_.data()));
  to.begin = now();
  return true;
}

void recording::end() { calls_[n_calls_++].end = now(); }

void recording::drop() {
  for (lane& own : lanes_) own.count = own.count_before;
}

void recording::begin_kernel(std::int32_t thread, std::uint32_t kernel, std::int32_t layer) {
  lane& own = lanes_[static_cast<std::size_t>(thread)];
  if (own.count == own.slices.size()) return;  // a kernel that the descriptor does not list
  tenon_slice& slice = own.slices[own.count];
  slice.call = static_cast<std::uint32_t>(n_calls_);
  slice.kernel = kernel;
  slice.layer = layer;
  slice.begin = now();
}

void recording::end_kernel(std::int32_t thread, std::uint64_t ended_at) {
  lane& own = lanes_[static_cast<std::size_t>(thread)];
  if (own.count == own.slices.size() || ended_at < own.slices[own.count].begin) return;
  own.slices[own.count++].end = ended_at;
}

std::uint64_t recording::calls(const tenon_recorded_call*& first) const {
  first = calls_.data();
  return n_calls_;
}

std::uint64_t recording::slices(std::int32_t thread, const tenon_slice*& first) const {
  if (thread < 0 || static_cast<std::size_t>(thread) >= lanes_.size()) return 0;
  const lane& own = lanes_[static_cast<std::size_t>(thread)];
  first = own.slices.data();
  return own.count;
}

}  // namespace tenon::runtime::detail
