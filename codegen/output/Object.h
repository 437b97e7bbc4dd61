// From a module of the llvm dialect to an object file for a target.
#pragma once
#include "Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"

#include <string>

namespace tenon {

struct ObjectCode {
  std::string llvmIr;   // after optimisation, if asked for
  std::string assembly; // if asked for
  std::string object;   // the ELF file's bytes
};

/// Registers LLVM's code generators once; call before any thread makes objects.
void initializeTargets();

/// Optimises and compiles; `withText` also gives LLVM IR and assembly. Errors are emitted at the
/// module.
mlir::FailureOr<ObjectCode> makeObject(mlir::ModuleOp module, const Target &target, bool withText);

} // namespace tenon
