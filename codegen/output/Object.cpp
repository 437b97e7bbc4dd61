// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LLVM behind the llvm dialect: translation, the O3 pipeline, the object writer.
#include "Object.h"
#include "StackUse.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace mlir;

namespace tenon {

void initializeTargets() {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
}

namespace {
void optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.MergeFunctions = true; // a layer's two norms, say, are one kernel twice
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(module, modules);
}

llvm::Expected<std::string> write(llvm::Module &module, llvm::TargetMachine &machine,
                                  llvm::CodeGenFileType kind) {
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, kind))
    return llvm::createStringError("LLVM cannot write this kind of file for " +
                                   machine.getTargetTriple().str());
  passes.run(module);
  return bytes.str().str();
}
} // namespace

ObjectJob::ObjectJob() = default;
ObjectJob::ObjectJob(ObjectJob &&) = default;
ObjectJob &ObjectJob::operator=(ObjectJob &&) = default;
ObjectJob::~ObjectJob() = default;

FailureOr<ObjectJob> ObjectJob::translate(ModuleOp module, const Target &target) {
  llvm::Triple triple(target.triple);
  std::string error;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!backend)
    return module.emitError("LLVM has no code generator for target '")
           << target.name << "': " << error;
  llvm::TargetOptions options;
  options.FunctionSections = true;
  options.EmitStackSizeSection = true;
  ObjectJob job;
  job.machine.reset(backend->createTargetMachine(triple, target.cpu, target.features, options,
                                                 llvm::Reloc::PIC_, std::nullopt,
                                                 llvm::CodeGenOptLevel::Aggressive));
  job.context = std::make_unique<llvm::LLVMContext>();
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  job.module = translateModuleToLLVMIR(module, *job.context, "tenon");
  if (!job.module)
    return module.emitError("translation to LLVM IR failed for target '") << target.name << "'";
  job.module->setTargetTriple(triple);
  job.module->setDataLayout(job.machine->createDataLayout());
  // A frame that is larger than a page touches each of its pages in order, so that a stack that is
  // too small ends in its guard page and not behind it.
  for (llvm::Function &function : *job.module)
    if (!function.isDeclaration()) {
      function.addFnAttr("probe-stack", "inline-asm");
      function.addFnAttr("stack-probe-size", "4096");
    }
  return job;
}

llvm::Expected<ObjectCode> ObjectJob::compile(bool withText) {
  optimise(*module, *machine);
  ObjectCode result;
  if (withText) {
    llvm::raw_string_ostream(result.llvmIr) << *module;
    auto assembly =
        write(*llvm::CloneModule(*module), *machine, llvm::CodeGenFileType::AssemblyFile);
    if (!assembly)
      return assembly.takeError();
    result.assembly = std::move(*assembly);
  }
  auto object = write(*module, *machine, llvm::CodeGenFileType::ObjectFile);
  if (!object)
    return object.takeError();
  result.object = std::move(*object);
  auto stack = stackUse(*module, result.object);
  if (!stack)
    return stack.takeError();
  result.stackBytes = std::move(*stack);
  return result;
}

} // namespace tenon
