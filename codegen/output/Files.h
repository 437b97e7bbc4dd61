// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every file that tenonc writes is whole, however tenonc ends.
#pragma once
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace tenon {

/// Replaces a file by what `write` writes. It is written beside its place under another name and
/// renamed when it is complete: whoever stops the process before leaves what was there, and a
/// signal that can be caught takes the unfinished file away. Links stay, their target is replaced.
llvm::Error writeFile(llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> write);

} // namespace tenon
