// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys that a score function hides from a query by where both are: a sliding window. What lies
// before the window need not be computed.
#pragma once
#include "Tenon.h"

#include <optional>

namespace tenon {

/// The first key that a query at position t may see is t - behind.
struct KeyBounds {
  int64_t behind;

  /// Of a score function that makes -infinity of all keys before; none where it makes that of none,
  /// or where which ones it does depends on more than positions. `score` yields the scores first.
  static std::optional<KeyBounds> of(mlir::Block &score);
};

} // namespace tenon
