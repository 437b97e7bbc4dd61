// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon-opt: runs single passes over textual IR, for tests and for people who look at one pass.
// With --import-object the input is an object file with a model instead.
#include "Passes.h"
#include "Pipelines.h"
#include "Tenon.h"
#include "importer.h"
#include "reader.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;

static llvm::cl::opt<bool> importObject("import-object",
                                        llvm::cl::desc("the input is an object file with a model"));

// The models of an object as text with locations, the form in which MlirOptMain takes its input.
static std::unique_ptr<llvm::MemoryBuffer> importAsText(StringRef path, DialectRegistry &registry) {
  llvm::Expected<std::vector<tenon::Graph>> graphs = tenon::readObject(path);
  if (!graphs) {
    llvm::logAllUnhandledErrors(graphs.takeError(), llvm::WithColor::error());
    return nullptr;
  }
  MLIRContext context(registry);
  context.loadDialect<tenon::TenonDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  for (const tenon::Graph &graph : *graphs)
    if (failed(tenon::importGraph(graph, *module)))
      return nullptr;
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().enableDebugInfo());
  return llvm::MemoryBuffer::getMemBufferCopy(text, path);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  DialectRegistry registry;
  registry
      .insert<tenon::TenonDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect,
              scf::SCFDialect, cf::ControlFlowDialect, vector::VectorDialect, memref::MemRefDialect,
              LLVM::LLVMDialect, gpu::GPUDialect, NVVM::NVVMDialect, spirv::SPIRVDialect>();
  tenon::registerCpuConversions(registry);
  registerCanonicalizerPass();
  registerCSEPass();
  tenon::registerPasses();
  tenon::registerPipelines();

  auto [input, output] = registerAndParseCLIOptions(
      argc, argv, "tenon-opt: runs passes over the tenon dialect\n", registry);
  if (!importObject)
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));

  std::unique_ptr<llvm::MemoryBuffer> text = importAsText(input, registry);
  if (!text)
    return EXIT_FAILURE;
  std::string error;
  std::unique_ptr<llvm::ToolOutputFile> file = openOutputFile(output, &error);
  if (!file) {
    llvm::WithColor::error() << error << "\n";
    return EXIT_FAILURE;
  }
  if (failed(MlirOptMain(file->os(), std::move(text), registry,
                         MlirOptMainConfig::createFromCLOptions())))
    return EXIT_FAILURE;
  file->keep();
  return EXIT_SUCCESS;
}
