// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The compiler as a function: from an object file with models to code for all targets.
#pragma once
#include "Compiled.h"
#include "Pipelines.h"

#include <memory>

namespace tenon {

/// How far each variant is compiled: its kernels only, an object, assembly too.
enum class Code { Kernels, Object, Assembly };

struct CompileRequest {
  std::string object;               // path of the object file
  std::vector<std::string> models;  // names; none: all models of the object
  std::vector<std::string> entries; // none: all that the model has
  std::vector<std::string> cpus;    // target names; none: all of the object's machine
  std::vector<std::string> gpus;    // "spirv", "nvptx:sm_90"
  ComputeType compute = ComputeType::Declared;
  std::vector<std::pair<std::string, std::string>> metadata; // what programs read of the models
  std::string dumpDir;                                       // IR after every stage, if not empty
  Code code = Code::Kernels;
};

/// Owns what CompiledModel refers to.
struct Compilation {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<CompiledModel> models;
};

/// A context with every dialect that the compiler uses.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Reads and imports the object's models, without compiling: for the reference interpreter.
mlir::FailureOr<Compilation> importObject(const std::string &path);

/// Compiles; errors are emitted as diagnostics on the context, or on stderr before there is one.
mlir::FailureOr<Compilation> compileObject(const CompileRequest &request);

} // namespace tenon
