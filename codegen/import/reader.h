// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the graphs that the DSL left in an object file. Nothing here needs MLIR.
#pragma once
#include "graph.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace tenon {

/// The graphs in section `.tenon.graph` of an ELF object for any machine, in the order of the file.
///   Errors: no such file, not an ELF object, no model in it, or what readSection reports; each
///   names the file.
llvm::Expected<std::vector<Graph>> readObject(llvm::StringRef path);

/// The same for an object that is in memory; the buffer's identifier stands for the path.
llvm::Expected<std::vector<Graph>> readObject(llvm::MemoryBufferRef object);

/// The graphs of one section's bytes; `machine` is copied into each.
///   Any bytes give graphs or an error: a newer version, truncated, altered (checksum), or the
///   first record that does not fit its table. At least one graph is returned.
llvm::Expected<std::vector<Graph>> readSection(llvm::StringRef bytes, llvm::StringRef machine);

} // namespace tenon
