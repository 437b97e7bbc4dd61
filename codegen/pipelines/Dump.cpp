// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing stages; see Dump.h.
#include "Dump.h"
#include "Files.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tenon {

LogicalResult dump(const std::string &dir, const std::string &stage, StringRef text) {
  llvm::SmallString<128> path(dir);
  llvm::sys::path::append(path, stage);
  auto cannot = [](const Twine &what) {
    llvm::WithColor::error() << what << "\n";
    return failure();
  };
  if (std::error_code error = llvm::sys::fs::create_directories(dir))
    return cannot("cannot create " + dir + ": " + error.message());
  if (llvm::Error error = writeFile(path, [&](llvm::raw_ostream &file) { file << text; }))
    return cannot(llvm::toString(std::move(error)));
  return success();
}

LogicalResult dump(const std::string &dir, const std::string &stage, Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags().enableDebugInfo(true, /*prettyForm=*/true));
  return dump(dir, stage, text);
}

namespace {
class DumpAfterPasses : public PassInstrumentation {
public:
  DumpAfterPasses(std::string dir, unsigned first) : dir(std::move(dir)), next(first) {}

  void runAfterPass(Pass *pass, Operation *op) override {
    if (!isa<ModuleOp>(op) || pass->getArgument().empty())
      return;
    std::string stage = llvm::formatv("{0,0+2}-{1}.mlir", next++, pass->getArgument());
    (void)dump(dir, stage, op);
  }

private:
  std::string dir;
  unsigned next;
};
} // namespace

std::unique_ptr<PassInstrumentation> dumpAfterPasses(std::string dir, unsigned first) {
  return std::make_unique<DumpAfterPasses>(std::move(dir), first);
}

} // namespace tenon
