// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emitted code in this process: a module of kernels or entries, compiled for a target and loaded.
#pragma once
#include "Target.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm::orc {
class LLJIT;
}

namespace tenon::test {

class Jit {
public:
  /// Takes what an emitter made (func, scf, vector, arith, llvm) through the CPU pipeline.
  Jit(mlir::ModuleOp module, const Target &target);
  ~Jit();
  Jit(Jit &&);

  /// The address of a function; its absence fails the test.
  void *find(const std::string &symbol) const;
  template <class Function>
  Function *function(const std::string &symbol) const {
    return reinterpret_cast<Function *>(find(symbol));
  }

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

/// The CPU targets whose code this machine runs, most capable first.
std::vector<const Target *> runnableTargets();

} // namespace tenon::test
