// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parses a model from text in a test, and keeps the diagnostics that come up.
#pragma once
#include "Tenon.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <string>

namespace tenon::test {

/// A context that knows the tenon dialect and collects the text of errors, one a line.
struct Context {
  Context()
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
          if (auto line = llvm::dyn_cast<mlir::FileLineColLoc>(diagnostic.getLocation()))
            lines.push_back(line.getLine());
        }) {
    context.loadDialect<TenonDialect, mlir::func::FuncDialect>();
  }
  mlir::MLIRContext context;
  std::string errors;
  std::vector<unsigned> lines; // of the errors that have one
  mlir::ScopedDiagnosticHandler handler;
};

/// The only model of a text; null, with the errors in the context, where it is not right.
struct ParsedModel : Context {
  explicit ParsedModel(llvm::StringRef text)
      : module(mlir::parseSourceString<mlir::ModuleOp>(text, &context)) {
    if (module)
      model = *module->getOps<ModelOp>().begin();
  }
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModelOp model;
};

} // namespace tenon::test
