// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Errors of passes as lines of text; see Diagnostics.h.
#include "Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"
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

} // namespace tenon
