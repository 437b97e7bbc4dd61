// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a module of the llvm dialect to an object file for a target.
#pragma once
#include "Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LogicalResult.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace tenon {

struct ObjectCode {
  std::string llvmIr;                   // after optimisation, if asked for
  std::string assembly;                 // if asked for
  std::string object;                   // the ELF file's bytes
  llvm::StringMap<uint64_t> stackBytes; // that a call of each function offered needs
};

/// Registers LLVM's code generators once; call before any object is made.
void initializeTargets();

/// The work of making one object, in two parts: translation, which uses the module's MLIR context
/// and so must not run beside anything else in it, and compilation, which has a context of its own
/// and may run on any thread.
class ObjectJob {
public:
  /// Translates a module of the llvm dialect; errors are emitted at the module.
  static mlir::FailureOr<ObjectJob> translate(mlir::ModuleOp module, const Target &target);

  /// Optimises and compiles; `withText` also gives LLVM IR and assembly.
  llvm::Expected<ObjectCode> compile(bool withText);

  ObjectJob(ObjectJob &&);
  ObjectJob &operator=(ObjectJob &&);
  ~ObjectJob();

private:
  ObjectJob();
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::Module> module;
};

} // namespace tenon
