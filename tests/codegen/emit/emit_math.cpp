// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes objects with the emitter's elementary functions alone, for the tests of their accuracy and
// for the benchmark: of each function and target a kernel that maps an array of any length.
//   tenon-emit-math <folder> <target>...
// makes <folder>/<target>.o and math_kernels.inc, one line a target (see math_kernels.h).
#include "Compile.h"
#include "kernel/CpuKernel.h"
#include "kernel/Math.h"
#include "make_object.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::test;

namespace {

/// The whole number that a function of the grid takes: it comes in the place of a float.
Value bitsOf(KernelBuilder &k, Value x) {
  Type ints = k.vectorType(k.b.getI32Type(), lanesOf(x));
  return arith::BitcastOp::create(k.b, k.loc, ints, x);
}

struct Function {
  StringRef name;
  Value (*emit)(KernelBuilder &, Value);
};
const Function functions[] = {
    {"exp", emitExp},
    {"log", emitLog},
    {"tanh", emitTanh},
    {"erf", emitErf},
    {"rsqrt", emitRsqrt},
    {"sin", emitSin},
    {"cos", emitCos},
    {"gelu_tanh", [](KernelBuilder &k, Value x) { return emitGelu(k, x, GeluKind::Tanh); }},
    {"gelu_erf", [](KernelBuilder &k, Value x) { return emitGelu(k, x, GeluKind::Erf); }},
    {"gelu_tanh_slope",
     [](KernelBuilder &k, Value x) { return emitGeluDerivative(k, x, GeluKind::Tanh); }},
    {"gelu_erf_slope",
     [](KernelBuilder &k, Value x) { return emitGeluDerivative(k, x, GeluKind::Erf); }},
    {"log_unit", [](KernelBuilder &k, Value x) { return emitLogOfUnit(k, bitsOf(k, x)); }},
    {"sin_turn", [](KernelBuilder &k, Value x) { return emitSinCosOfTurn(k, bitsOf(k, x)).first; }},
    {"cos_turn",
     [](KernelBuilder &k, Value x) { return emitSinCosOfTurn(k, bitsOf(k, x)).second; }},
};

std::string identifier(StringRef name) {
  std::string result = name.str();
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

/// void <function>_<target>(const float *x, float *y, size_t count): full vectors, then vectors of
/// half as many lanes each time, so that every number of lanes is used.
void emitKernel(ModuleOp module, const Target &target, const Function &function) {
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Location loc = module.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  std::string name = function.name.str() + "_" + identifier(target.name);
  auto kernel = func::FuncOp::create(b, loc, name,
                                     b.getFunctionType({pointer, pointer, b.getIndexType()}, {}));
  Block *body = kernel.addEntryBlock();
  b.setInsertionPointToStart(body);
  func::ReturnOp::create(b, loc);
  b.setInsertionPointToStart(body);
  CpuKernelBuilder k(b, loc, target);
  Value x = body->getArgument(0), y = body->getArgument(1), count = body->getArgument(2);
  Value done = k.index(0);
  for (unsigned lanes = target.lanes; lanes >= 1; lanes /= 2) {
    Value end = k.mul(k.div(count, lanes), lanes);
    k.loop(done, end, lanes,
           [&](Value i) { k.store(function.emit(k, k.load(x, i, b.getF32Type(), lanes)), y, i); });
    done = end;
  }
}

LogicalResult emitTarget(MLIRContext &context, const Target &target, StringRef folder) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  for (const Function &function : functions)
    emitKernel(*module, target, function);
  return makeObject(*module, target, folder + "/" + target.name + ".o");
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3)
    return failed(fail("usage: tenon-emit-math <folder> <target>..."));
  std::unique_ptr<MLIRContext> context = makeContext();
  initializeTargets();
  StringRef folder = argv[1];
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return failed(fail(folder + ": " + error.message()));
  std::string table;
  for (StringRef name : llvm::ArrayRef(argv + 2, argc - 2)) {
    const Target *target = findTarget(name);
    if (!target)
      return failed(fail("no target '" + name + "'; codegen/target/Target.cpp has them"));
    if (failed(emitTarget(*context, *target, folder)))
      return EXIT_FAILURE;
    table += "TENON_MATH_VARIANT(" + identifier(name) + ", " + target->cpuBits.str() + ")\n";
  }
  return failed(writeFile(folder + "/math_kernels.inc", table));
}
