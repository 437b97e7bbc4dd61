// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the headers of C declare in C++'s global namespace: a namespace of such a name does not
// compile beside them.
#pragma once
#include "llvm/ADT/StringRef.h"

namespace tenon {

bool isDeclaredByC(llvm::StringRef name);

} // namespace tenon
