// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything that is checked about a call before anything runs, with the same text on every
// backend.
#pragma once
#include <cstddef>
#include <cstdint>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// A call as it was asked for, with the value of every dimension that its entry uses.
struct checked_call {
  const tenon_model* model;
  const tenon_entry* entry;
  std::int64_t dims[TENON_MAX_DIMS];
  std::int64_t position;

  /// Number of elements of a tensor in this call.
  [[nodiscard]] std::uint64_t count(const tenon_tensor& tensor) const;
  /// Length along the dimension that counts positions; 0 where the entry has no positions.
  [[nodiscard]] std::int64_t length() const;
};

/// Finds the entry.
tenon_status find_entry(const tenon_model& model, std::uint32_t entry, const tenon_entry*& found);

/// Checks number, dtypes, ranks, sizes and counts of arguments; writes the dimensions that they
/// agree on to `dims` (TENON_MAX_DIMS values; 0 where unused).
tenon_status dims_of_views(const tenon_model& model, const tenon_entry& entry,
                           const tenon_view* inputs, std::size_t n_inputs,
                           const tenon_view* outputs, std::size_t n_outputs, std::int64_t* dims);

/// Checks the bounds of the dimensions, the position, every pointer and every input value.
tenon_status check_call(const tenon_model& model, std::uint32_t entry, const void* const* inputs,
                        void* const* outputs, const std::int64_t* dims, std::int64_t position,
                        checked_call& call);

/// Bytes of an element of a tenon_dtype.
std::size_t dtype_bytes(std::uint32_t dtype);
const char* dtype_name(std::uint32_t dtype);

}  // namespace tenon::runtime::detail
