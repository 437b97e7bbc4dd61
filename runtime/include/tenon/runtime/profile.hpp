// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recorded calls of a session: C++ over profile.h.
#pragma once
#include <cstdint>
#include <span>

#include <tenon/runtime/profile.h>
#include <tenon/runtime/session.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Records the next calls, into memory that is made here; see tenon_session_record.
inline status record(session& what, std::uint64_t max_calls) noexcept {
  return tenon_session_record(what.handle(), max_calls);
}
/// Valid until the session records anew or is gone.
inline std::span<const tenon_recorded_call> recorded_calls(const session& what) noexcept {
  const tenon_recorded_call* calls = nullptr;
  const auto count = tenon_session_recorded_calls(what.handle(), &calls);
  return {calls, static_cast<std::size_t>(count)};
}
inline std::span<const tenon_slice> recorded_slices(const session& what, int thread) noexcept {
  const tenon_slice* slices = nullptr;
  const auto count = tenon_session_recorded_slices(what.handle(), thread, &slices);
  return {slices, static_cast<std::size_t>(count)};
}

/// Of one run of the kernel in that call.
inline double flops_of(const tenon_kernel& kernel, const tenon_recorded_call& call) noexcept {
  return tenon_cost(kernel.flops, kernel.n_flops, call.dims, call.position);
}
inline double bytes_of(const tenon_kernel& kernel, const tenon_recorded_call& call) noexcept {
  return tenon_cost(kernel.bytes, kernel.n_bytes, call.dims, call.position);
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
