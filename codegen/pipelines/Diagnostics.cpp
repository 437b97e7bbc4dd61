// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Errors of passes as lines of text; see Diagnostics.h.
#include "Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tenon {

static void write(Diagnostic &diagnostic) {
  llvm::raw_ostream &os = llvm::errs();
  // The DSL records no columns.
  if (auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>())
    os << place.getFilename().getValue() << ":" << place.getLine() << ": ";
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error:
    llvm::WithColor::error(os);
    break;
  case DiagnosticSeverity::Warning:
    llvm::WithColor::warning(os);
    break;
  case DiagnosticSeverity::Note:
    llvm::WithColor::note(os);
    break;
  case DiagnosticSeverity::Remark:
    llvm::WithColor::remark(os);
    break;
  }
  os << diagnostic << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    write(note);
}

void writeDiagnostics(MLIRContext &context) {
  context.printOpOnDiagnostic(false); // the line says it better
  context.getDiagEngine().registerHandler([](Diagnostic &diagnostic) { write(diagnostic); });
}

namespace {
/// Keeps the name of the pass that failed.
class FailedPass : public PassInstrumentation {
public:
  explicit FailedPass(std::string &name) : name(name) {}
  void runAfterPassFailed(Pass *pass, Operation *) override {
    if (name.empty())
      name = pass->getArgument().empty() ? pass->getName().str() : pass->getArgument().str();
  }

private:
  std::string &name;
};
} // namespace

LogicalResult runPasses(PassManager &pm, Operation *op, const Twine &what) {
  std::string failedPass;
  pm.addInstrumentation(std::make_unique<FailedPass>(failedPass));
  std::atomic<bool> isSaid = false;
  LogicalResult result = success();
  {
    ScopedDiagnosticHandler handler(op->getContext(), [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        isSaid = true;
      return failure(); // others write it
    });
    result = pm.run(op);
  }
  if (failed(result) && !isSaid)
    emitError(op->getLoc()) << "pass '" << failedPass << "' failed at " << what
                            << " and did not say why; this is a mistake in tenonc, please report "
                               "it with the model";
  return result;
}

} // namespace tenon
