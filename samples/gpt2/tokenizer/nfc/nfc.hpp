// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Unicode's normal form C: characters composed as far as they can be.
#pragma once

#include <string>
#include <string_view>

namespace tenon::samples {

/// Well-formed UTF-8 -> its normal form C.
///   Source: Unicode Standard Annex 15.
std::string nfc(std::string_view text);

}  // namespace tenon::samples
