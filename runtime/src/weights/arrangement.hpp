// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How the elements of a parameter lie in a tensor that has them in another order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "files/element.hpp"

namespace tenon::runtime::detail {

/// As tenon_stored says: TENON_STORED_SWAPPED, _PAIRED and _RAISED.
enum class arrangement : std::uint8_t { as_it_is, swapped, paired, raised };

/// The shape that a tensor so arranged has, of a parameter of this one.
std::vector<std::int64_t> arranged_shape(arrangement lies, std::vector<std::int64_t> shape);

/// Gives `count` consecutive elements of a tensor from `first`, in a type.
using element_reader =
    std::function<tenon_status(element type, std::size_t first, std::size_t count, std::byte* to)>;

/// Writes elements first .. first + count - 1 of the parameter, in `type`, f64, f32 or bf16.
tenon_status read_arranged(arrangement lies, const std::vector<std::int64_t>& shape, element type,
                           std::size_t first, std::size_t count, const element_reader& tensor,
                           std::byte* to);

}  // namespace tenon::runtime::detail
