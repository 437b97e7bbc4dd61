// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One tensor of a parameter in the memory of packed weights: its values, its gradient or a moment.
#pragma once
#include "packed.hpp"

namespace tenon::runtime::detail {

/// Where a tensor lies, and how it gets there and back.
struct parameter_place {
  void* packed;
  std::uint64_t bytes;  // of the row-major form
  tenon_pack pack, unpack;

  void copy_in(const void* row_major) const;
  void copy_out(void* row_major) const;
};

/// Checks the arguments of tenon_weights_read and tenon_weights_write and finds the place.
tenon_status find_place(const tenon_weights* weights, std::uint32_t what, const char* name,
                        const void* data, std::uint64_t bytes, parameter_place& place);

}  // namespace tenon::runtime::detail
