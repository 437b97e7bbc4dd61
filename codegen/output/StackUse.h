// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much of a thread's stack compiled functions need.
#pragma once
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace llvm {
class Module;
} // namespace llvm

namespace tenon {

/// Bytes of the stack that a call of each function with external linkage needs: its frame and the
/// deepest of what it calls. `object` is what `module` was compiled to, with a section .stack_sizes
/// and each function in a section of its own. Functions that are handed as pointers do not count.
llvm::Expected<llvm::StringMap<uint64_t>> stackUse(const llvm::Module &module,
                                                   llvm::StringRef object);

} // namespace tenon
