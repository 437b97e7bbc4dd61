// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See make_object.h.
#include "make_object.h"
#include "Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;

namespace tenon::test {

LogicalResult fail(const llvm::Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return failure();
}

LogicalResult writeFile(const llvm::Twine &path, llvm::StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream stream(path.str(), error);
  if (error)
    return fail(path + ": " + error.message());
  stream << bytes;
  return success();
}

LogicalResult makeObject(ModuleOp module, const Target &target, const llvm::Twine &path) {
  PassManager pm(module.getContext());
  buildCpuPipeline(pm);
  if (failed(pm.run(module)))
    return failure();
  FailureOr<ObjectJob> job = ObjectJob::translate(module, target);
  if (failed(job))
    return failure();
  llvm::Expected<ObjectCode> code = job->compile(/*withText=*/false);
  if (!code)
    return fail(llvm::toString(code.takeError()));
  return writeFile(path, code->object);
}

} // namespace tenon::test
