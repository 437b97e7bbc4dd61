// Explains entries that train from their graph alone: which values layers keep, which they compute
// again. There is nothing about kernels to say.
#include "Compile.h"
#include "Kept.h"
#include "Passes.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace tenon {

FailureOr<std::string> explainTraining(const CompileRequest &request) {
  FailureOr<Compilation> compilation = importObject(request.object);
  if (failed(compilation))
    return failure();
  std::string text;
  for (CompiledModel &compiled : compilation->models) {
    if (!request.models.empty() && !llvm::is_contained(request.models, compiled.name))
      continue;
    OwningOpRef<ModuleOp> alone(ModuleOp::create(compilation->module->getLoc()));
    compiled.model->moveBefore(alone->getBody(), alone->getBody()->end());
    PassManager pm(compilation->context.get());
    DeriveEntriesOptions derive;
    derive.entries.assign(request.entries.begin(), request.entries.end());
    pm.addPass(createDeriveEntries(derive));
    pm.addPass(createFuseHead());
    if (failed(pm.run(*alone)))
      return failure();
    text += "model " + compiled.name + "\n";
    for (func::FuncOp function : compiled.model.getBody().getOps<func::FuncOp>())
      text += "\nentry " + function.getSymName().str() +
              ", in the reference only: there are no kernels for training\n" + writeKept(function);
    compiled.model->moveBefore(compilation->module->getBody(),
                               compilation->module->getBody()->end());
  }
  return text;
}

} // namespace tenon
