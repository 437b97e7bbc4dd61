// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything that is checked about a call before anything runs, with the same text on every
// backend.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// A call as it was asked for, with the value of every dimension that its entry uses. A session
/// keeps one, so that calls need no memory.
struct checked_call {
  explicit checked_call(const tenon_model& of);

  const tenon_model* model;
  const tenon_entry* entry = nullptr;
  std::vector<std::int64_t> dims;
  std::int64_t position = 0;
  // Of arguments that carry their own sizes: their memory, and the first that gave a dimension.
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  std::vector<const char*> given_by;

  /// Number of elements of a tensor in this call.
  [[nodiscard]] std::uint64_t count(const tenon_tensor& tensor) const;
  /// Length along the dimension that counts positions; 0 where the entry has no positions.
  [[nodiscard]] std::int64_t length() const;
};

/// Finds the entry.
tenon_status find_entry(const tenon_model& model, std::uint32_t entry, const tenon_entry*& found);

/// Checks number, dtypes, ranks, sizes and counts of arguments; puts the dimensions that they agree
/// on (0 where unused) and their memory into `call`, for check_call.
tenon_status check_views(std::uint32_t entry, const tenon_view* inputs, std::size_t n_inputs,
                         const tenon_view* outputs, std::size_t n_outputs, checked_call& call);

/// Checks the bounds of the dimensions, the position, every pointer, that outputs overlap nothing,
/// and every input value. Only `call` is written to.
tenon_status check_call(std::uint32_t entry, const void* const* inputs, void* const* outputs,
                        const std::int64_t* dims, std::int64_t position, checked_call& call);

/// Bytes of an element of a tenon_dtype.
std::size_t dtype_bytes(std::uint32_t dtype);
const char* dtype_name(std::uint32_t dtype);

}  // namespace tenon::runtime::detail
