// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compiles entries that are written as text, so that one operation can be tested alone.
//   tenon-emit-entries <folder> <name of the table> <file.mlir>... -- <target>...
// Each file holds one model whose functions are entries; of each file and target it makes
// <folder>/<stem of the file>.<target>.o, and one table, <folder>/<name of the table>, with a line
// TENON_ENTRY(model, entry, symbol, CPU bits, bytes of the arena and of a thread's own memory) for
// each entry in them.
#include "Compile.h"
#include "Passes.h"
#include "Pipelines.h"
#include "make_object.h"
#include "program/Program.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::test;

static LogicalResult emitFile(MLIRContext &context, StringRef path, StringRef folder,
                              ArrayRef<const Target *> targets, std::string &table) {
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, &context);
  if (!module)
    return failure();
  PassManager pm(&context);
  pm.addPass(createFuse());
  pm.addPass(createPlanArena());
  if (failed(pm.run(*module)))
    return failure();
  auto models = module->getOps<ModelOp>();
  if (!llvm::hasSingleElement(models))
    return fail(path + ": there must be one model in a file");
  ModelOp model = *models.begin();
  auto entries = llvm::to_vector(model.getBody().getOps<func::FuncOp>());
  for (const Target *target : targets) {
    CompiledVariant variant;
    FailureOr<OwningOpRef<ModuleOp>> program =
        emitProgram(model, entries, *target, ("tenon_" + model.getSymName() + "_").str(), variant);
    if (failed(program) ||
        failed(makeObject(**program, *target,
                          folder + "/" + llvm::sys::path::stem(path) + "." + target->name + ".o")))
      return failure();
    for (auto [entry, symbol] : llvm::zip_equal(entries, variant.runs))
      table += llvm::formatv("TENON_ENTRY(\"{0}\", \"{1}\", {2}, {3}, {4}, {5})\n",
                             model.getSymName(), entry.getSymName(), symbol, target->cpuBits,
                             entry->getAttrOfType<IntegerAttr>("tenon.arena_bytes").getInt(),
                             variant.threadBytes);
  }
  return success();
}

int main(int argc, char **argv) {
  std::vector<StringRef> arguments(argv + 1, argv + argc);
  auto dashes = llvm::find(arguments, "--");
  if (dashes - arguments.begin() < 3 || dashes == arguments.end())
    return failed(fail("usage: tenon-emit-entries <folder> <table> <file.mlir>... -- <target>..."));
  std::unique_ptr<MLIRContext> context = makeContext();
  initializeTargets();
  StringRef folder = arguments[0];
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return failed(fail(folder + ": " + error.message()));
  SmallVector<const Target *> targets;
  for (StringRef name : llvm::make_range(dashes + 1, arguments.end())) {
    targets.push_back(findTarget(name));
    if (!targets.back())
      return failed(fail("no target '" + name + "'; codegen/target/Target.cpp has them"));
  }
  std::string table;
  for (StringRef path : llvm::make_range(arguments.begin() + 2, dashes))
    if (failed(emitFile(*context, path, folder, targets, table)))
      return EXIT_FAILURE;
  return failed(writeFile(folder + "/" + arguments[1], table));
}
