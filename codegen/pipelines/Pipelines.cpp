// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One addPass a line; why a pass stands where it does is said in its documentation (Passes.td).
#include "Pipelines.h"
#include "DeriveTraining.h"
#include "Passes.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace tenon {

void addEntries(OpPassManager &pm, llvm::ArrayRef<std::string> entries, ComputeType compute) {
  // Parameters that are trained stay f32, since small updates would be lost in bf16.
  bool trains = llvm::any_of(
      entries, [](const std::string &name) { return llvm::is_contained(trainingEntries(), name); });
  if (compute == ComputeType::Bf16 && !trains)
    pm.addPass(createNarrowTypes());
  DeriveEntriesOptions derive;
  derive.entries.assign(entries.begin(), entries.end());
  derive.narrowProducts = compute == ComputeType::Bf16 && trains;
  pm.addPass(createDeriveEntries(derive));
}

void buildModelPipeline(OpPassManager &pm, llvm::ArrayRef<std::string> entries,
                        ComputeType compute) {
  addEntries(pm, entries, compute);
  pm.addPass(createFuseHead());
  pm.addPass(createDropDropout());
  pm.addPass(createSinkLastToken());
  pm.addPass(createSplitCrossEntropy());
  pm.addPass(createFuse());
  pm.addPass(createPlanArena());
}

void buildCpuPipeline(OpPassManager &pm) {
  // Folds what emitters leave. Regions are LLVM's affair, which makes the same code of them.
  GreedyRewriteConfig operations;
  operations.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  pm.addPass(createCanonicalizerPass(operations));
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  ConvertToLLVMPassOptions options;
  options.allowPatternRollback = false;         // keeps no record of what was replaced
  pm.addPass(createConvertToLLVMPass(options)); // of all dialects at once
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
}

void registerCpuConversions(DialectRegistry &registry) {
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
}

void registerPipelines() {
  struct ModelOptions : PassPipelineOptions<ModelOptions> {
    ListOption<std::string> entries{*this, "entries", llvm::cl::desc("the entries to make")};
  };
  PassPipelineRegistration<ModelOptions>("tenon-model-pipeline", "imported model to planned groups",
                                         [](OpPassManager &pm, const ModelOptions &options) {
                                           llvm::ArrayRef<std::string> entries = options.entries;
                                           buildModelPipeline(pm, entries, ComputeType::Declared);
                                         });
  PassPipelineRegistration<>("tenon-cpu-pipeline", "emitted CPU kernels to the llvm dialect",
                             buildCpuPipeline);
}

} // namespace tenon
