// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What Unicode says of characters, as far as normal form C needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace tenon::samples {

/// Four numbers a character, by code point: itself, the one or two that it decomposes into (0 where
/// there is no second), 1 if the two compose to it again.
extern const std::uint32_t canonical_decompositions[];
extern const std::size_t canonical_decompositions_size;

/// Three numbers a range of code points, in order: the first, the last, their class, which is not
/// 0.
extern const std::uint32_t combining_classes[];
extern const std::size_t combining_classes_size;

}  // namespace tenon::samples
