// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model with planned entries, as the writers get it: an embedding that continues from a cached
// position, a loss, and one that is said to train, with scalars.
#pragma once
#include "Compiled.h"

#include <string>

namespace small_model {

/// Owns the IR behind `compiled`.
struct Holder {
  Holder();
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  tenon::CompiledModel compiled;
};

/// Compiles a file of that text; true if it compiled. `errors` are what the compiler then said.
bool compiles(const std::string &compiler, const std::string &name, const std::string &text);
std::string errors();
/// Where `compiles` writes its files; made on first use, removed at exit.
const std::string &folder();
/// Writes a file into the folder.
void write(const std::string &name, const std::string &text);
/// Runs a shell command; true if it succeeded.
bool runs(const std::string &command);

} // namespace small_model
