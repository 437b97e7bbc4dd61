// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One graph's bytes to a Graph: the part of the reader that checks every word. Private to import/.
#pragma once
#include "graph.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tenon {

/// The word at a word index; zero outside of the bytes.
uint32_t wordAt(llvm::StringRef bytes, uint64_t index);

/// Decodes one graph that fills `bytes`, whose magic, version, size and checksum were checked.
llvm::Expected<Graph> decodeGraph(llvm::StringRef bytes);

} // namespace tenon
