// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A pass that fails without an error of its own gets one.
#include "Diagnostics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include <catch2/catch.hpp>

using namespace mlir;

namespace {
struct Failing : PassWrapper<Failing, OperationPass<ModuleOp>> {
  explicit Failing(bool speaks) : speaks(speaks) {}
  StringRef getArgument() const override { return "tenon-failing"; }
  void runOnOperation() override {
    if (speaks)
      getOperation().emitError("its own reason");
    signalPassFailure();
  }
  bool speaks;
};

/// The errors of a run.
std::string errorsOf(bool speaks) {
  MLIRContext context;
  std::string errors;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.str() + "\n";
    return success();
  });
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  PassManager pm(&context);
  pm.addPass(std::make_unique<Failing>(speaks));
  CHECK(failed(tenon::runPasses(pm, *module, "entry 'step' of model 'gpt'")));
  return errors;
}
} // namespace

TEST_CASE("a pass that fails in silence is named, with what it was to do") {
  CHECK(errorsOf(false) ==
        "pass 'tenon-failing' failed at entry 'step' of model 'gpt' and did not say why; this is "
        "a mistake in tenonc, please report it with the model\n");
}

TEST_CASE("a pass that says why it fails has the only word") {
  CHECK(errorsOf(true) == "its own reason\n");
}
