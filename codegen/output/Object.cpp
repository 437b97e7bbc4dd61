// LLVM behind the llvm dialect: translation, the O3 pipeline, the object writer.
#include "Object.h"

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
  llvm::PassBuilder builder(&machine);
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

FailureOr<std::string> write(llvm::Module &module, llvm::TargetMachine &machine,
                             llvm::CodeGenFileType kind) {
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, kind))
    return failure();
  passes.run(module);
  return bytes.str().str();
}
} // namespace

FailureOr<ObjectCode> makeObject(ModuleOp module, const Target &target, bool withText) {
  llvm::Triple triple(target.triple);
  std::string error;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!backend)
    return module.emitError("LLVM has no code generator for target '")
           << target.name << "': " << error;
  llvm::TargetOptions options;
  options.FunctionSections = true;
  std::unique_ptr<llvm::TargetMachine> machine(
      backend->createTargetMachine(triple, target.cpu, target.features, options, llvm::Reloc::PIC_,
                                   std::nullopt, llvm::CodeGenOptLevel::Aggressive));

  llvm::LLVMContext context;
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  std::unique_ptr<llvm::Module> code = translateModuleToLLVMIR(module, context, "tenon");
  if (!code)
    return module.emitError("translation to LLVM IR failed for target '") << target.name << "'";
  code->setTargetTriple(triple);
  code->setDataLayout(machine->createDataLayout());
  optimise(*code, *machine);

  ObjectCode result;
  if (withText) {
    llvm::raw_string_ostream(result.llvmIr) << *code;
    auto assembly = write(*llvm::CloneModule(*code), *machine, llvm::CodeGenFileType::AssemblyFile);
    if (succeeded(assembly))
      result.assembly = *assembly;
  }
  auto object = write(*code, *machine, llvm::CodeGenFileType::ObjectFile);
  if (failed(object))
    return module.emitError("LLVM cannot write an object file for target '") << target.name << "'";
  result.object = *object;
  return result;
}

} // namespace tenon
