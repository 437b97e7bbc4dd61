// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From an entry to PTX: a function of LLVM pointers in global memory, LLVM IR, the NVPTX backend.
#include "Ptx.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;

namespace tenon {

static constexpr Target ptxTarget{.name = "nvptx", .triple = "nvptx64-nvidia-cuda"};

static constexpr unsigned globalMemory = 1;

namespace {
class PtxKernelBuilder : public GpuKernelBuilder {
public:
  PtxKernelBuilder(OpBuilder &builder, GroupOp group)
      : GpuKernelBuilder(builder, group.getLoc(), ptxTarget, group) {
    Type i32 = b.getI32Type();
    lane = toIndex(NVVM::ThreadIdXOp::create(b, loc, i32));
    workgroup = toIndex(NVVM::BlockIdXOp::create(b, loc, i32));
  }

  Value load(Value base, Value index, Type element, unsigned lanes) override {
    return LLVM::LoadOp::create(b, loc, vectorType(element, lanes), address(base, index, element),
                                alignment(element, lanes));
  }
  void store(Value value, Value base, Value index, bool) override {
    Type element = getElementTypeOrSelf(value.getType());
    LLVM::StoreOp::create(b, loc, value, address(base, index, element),
                          alignment(element, lanesOf(value)));
  }

  // Both lanes of a pair add the same two numbers, so all lanes end with the same bits. A row's
  // lanes lie in one warp.
  Values sumOverLanes(ValueRange partials, const GpuShape &shape) override {
    auto constant = [&](int32_t value) -> Value {
      return LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(value));
    };
    Values sums(partials);
    for (unsigned distance = shape.rowLanes / 2; distance >= 1; distance /= 2)
      for (Value &sum : sums) {
        Value other =
            NVVM::ShflOp::create(b, loc, b.getF32Type(), constant(-1), sum, constant(distance),
                                 constant(31), NVVM::ShflKind::bfly, UnitAttr());
        sum = addf(sum, other);
      }
    return sums;
  }
  Value reciprocalRoot(Value x) override {
    return divf(splat(1.0, 1), LLVM::SqrtOp::create(b, loc, x));
  }

private:
  Value toIndex(Value i32) { return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), i32); }
  // Buffers are aligned to 64 bytes and rows start at multiples of the access width.
  static unsigned alignment(Type element, unsigned lanes) {
    return element.getIntOrFloatBitWidth() / 8 * lanes;
  }
  Value address(Value base, Value index, Type element) {
    Value wide = arith::IndexCastUIOp::create(b, loc, b.getI64Type(), index);
    return LLVM::GEPOp::create(b, loc, base.getType(), element, base, ValueRange{wide},
                               LLVM::GEPNoWrapFlags::inbounds);
  }
};
} // namespace

static OwningOpRef<ModuleOp> emitModule(const GpuEntry &entry) {
  GroupOp group = entry.rows.group;
  Location loc = group.getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder b(module->getBodyRegion());
  MLIRContext *context = b.getContext();
  SmallVector<Type> types(entry.buffers.size(), LLVM::LLVMPointerType::get(context, globalMemory));
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context), types);
  auto kernel = LLVM::LLVMFuncOp::create(b, loc, entry.symbol, type);
  kernel->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
  int32_t size = GpuShape::workgroupSize;
  kernel->setAttr(NVVM::NVVMDialect::getReqntidAttrName(), b.getDenseI32ArrayAttr({size}));
  // Without a bound ptxas prefers 64 registers and spills for them; a few loads a lane in flight
  // are worth more than twice the lanes.
  bool wide = entry.shape.inRegisters && entry.shape.laneElements > 32;
  kernel->setAttr(NVVM::NVVMDialect::getMaxnregAttrName(), b.getI32IntegerAttr(wide ? 255 : 128));
  for (unsigned i = 0; i < types.size(); ++i)
    kernel.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), b.getUnitAttr());
  Block *body = kernel.addEntryBlock(b);
  b.setInsertionPointToStart(body);
  LLVM::ReturnOp::create(b, loc, ValueRange{});
  b.setInsertionPointToStart(body);
  PtxKernelBuilder k(b, group);
  k.bind(entry.signature, body->getArguments());
  emitGpuRows(k, entry.rows, entry.shape);
  return module;
}

static LogicalResult lower(ModuleOp module) {
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  // Sizes fit 32 bits (GpuEntry saw to it), and division of 64 bits is slow on GPUs.
  passes.addPass(createArithToLLVMConversionPass({.indexBitwidth = 32}));
  passes.addPass(createConvertControlFlowToLLVMPass({.indexBitwidth = 32}));
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machineFor(unsigned architecture) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  std::string error;
  llvm::Triple triple(ptxTarget.triple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError("this LLVM has no NVPTX backend: " + error);
  // The oldest PTX that knows the architecture, so that the oldest driver with it takes the kernel.
  llvm::StringRef features = architecture >= 100  ? "+ptx86"
                             : architecture >= 89 ? "+ptx78"
                                                  : "+ptx71";
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, "sm_" + std::to_string(architecture), features, llvm::TargetOptions(), std::nullopt));
}

static void optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

llvm::Expected<GpuKernel> compilePtx(func::FuncOp function, unsigned architecture) {
  if (architecture < 80)
    return llvm::createStringError("sm_" + std::to_string(architecture) +
                                   " is older than sm_80, the oldest that kernels are made for");
  llvm::Expected<GpuEntry> entry = GpuEntry::of(function);
  if (!entry)
    return entry.takeError();
  function.getContext()
      ->loadDialect<arith::ArithDialect, cf::ControlFlowDialect, scf::SCFDialect,
                    vector::VectorDialect, LLVM::LLVMDialect, NVVM::NVVMDialect>();
  registerBuiltinDialectTranslation(*function.getContext());
  registerLLVMDialectTranslation(*function.getContext());
  registerNVVMDialectTranslation(*function.getContext());

  OwningOpRef<ModuleOp> module = emitModule(*entry);
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code;
  if (succeeded(lower(*module)))
    code = translateModuleToLLVMIR(*module, context);
  if (!code)
    return llvm::createStringError("lowering of " + entry->symbol + " to LLVM failed");
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = machineFor(architecture);
  if (!machine)
    return machine.takeError();
  code->setTargetTriple((*machine)->getTargetTriple());
  code->setDataLayout((*machine)->createDataLayout());
  optimise(*code, **machine);
  // The backend would leave such a call in the PTX without a word; the driver would refuse it.
  for (const llvm::Function &called : *code)
    if (called.isDeclaration() && !called.isIntrinsic())
      return llvm::createStringError("the PTX of " + entry->symbol + " calls " + called.getName() +
                                     ", which nothing defines");

  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("this LLVM cannot write PTX");
  passes.run(*code);
  std::string name = "nvptx:sm_" + std::to_string(architecture);
  GpuKernel kernel = entry->describe(GpuKernel::Code::Ptx, name, architecture);
  kernel.code = std::string(text.str());
  return kernel;
}

} // namespace tenon
