// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels as functions of a module; see KernelFrame.h.
#include "KernelFrame.h"
#include "Families.h"
#include "Signature.h"
#include "memory/Layout.h"
#include "rows/Dropout.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tenon/runtime/abi.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

namespace {
/// What distinguishes kernels: operations, attributes, types, source lines; names of parameters do
/// not matter, since kernels are handed pointers.
std::string structureOf(GroupOp group, const CpuKernelBuilder &k) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::DenseMap<Value, unsigned> numbers;
  llvm::StringMap<unsigned> symbols;
  auto number = [&](Value value) {
    return numbers.try_emplace(value, numbers.size()).first->second;
  };
  os << stringifyGroupKind(group.getKind());
  // What works on the memory of a parameter needs its shape, and whether it lies in panels.
  auto describe = [&](StringAttr name) {
    auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(k.model, name));
    os << " " << param.getTensorType() << (k.layout->isPanel(name) ? " panels " : " rows ")
       << k.layout->paramBytes(k.model, name) << stringifyInitKind(param.getInit())
       << param.getInitValueAttr();
  };
  // The arguments of a region by their places, whatever uses which of them first.
  group.getBody().walk([&](Block *block) {
    for (BlockArgument argument : block->getArguments())
      number(argument);
  });
  group.getBody().walk([&](Operation *op) {
    os << "\n" << op->getName() << " " << op->getLoc();
    if (isa<AccumulateOp, AdamwOp, SgdOp, InitialiseOp>(op))
      describe(op->getAttrOfType<FlatSymbolRefAttr>("name").getAttr());
    if (auto dropout = dyn_cast<TrainingDropoutOp>(op))
      os << " of " << dropoutLayers(dropout);
    // The places in a cache depend on its context.
    if (StateOp cache = cacheOf(op))
      os << " " << cache.getTensorType();
    for (Value operand : op->getOperands())
      os << " %" << number(operand) << ":" << operand.getType();
    for (Value result : op->getResults())
      os << " ->%" << number(result) << ":" << result.getType();
    for (NamedAttribute attribute : op->getAttrs()) {
      bool names = attribute.getName() == "name" || attribute.getName() == "cache";
      if (auto symbol = dyn_cast<FlatSymbolRefAttr>(attribute.getValue()); symbol && names)
        os << " @" << symbols.try_emplace(symbol.getValue(), symbols.size()).first->second;
      else
        os << " " << attribute.getName() << "=" << attribute.getValue();
    }
  });
  return text;
}
} // namespace

FailureOr<func::FuncOp> emitCpuKernel(GroupOp group, ModuleOp module, const Target &target,
                                      const MemoryLayout &layout, KernelTable &kernels) {
  OpBuilder b(module.getContext());
  Location loc = group.getLoc();
  CpuKernelBuilder k(b, loc, target, group);
  k.layout = &layout;
  auto [entry, isNew] = kernels.kernels.try_emplace(structureOf(group, k));
  if (!isNew)
    return entry->second;

  b.setInsertionPointToEnd(module.getBody());
  KernelSignature signature = KernelSignature::of(group);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  SmallVector<Type> types(signature.buffers.size(), pointer);
  types.append(signature.dims.size() + 2, b.getIndexType());
  types.append({b.getI32Type(), b.getIndexType(), pointer, pointer});
  std::string name =
      llvm::formatv("{0}_{1}", stringifyGroupKind(group.getKind()), kernels.kernels.size() - 1)
          .str();
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr("llvm.linkage",
                    LLVM::LinkageAttr::get(b.getContext(), LLVM::Linkage::Internal));
  // Vectors that are put aside on the stack lie aligned: across lines they cost AVX2's products of
  // bf16 15 %.
  function->setAttr("passthrough", b.getStrArrayAttr({"stackrealign"}));
  using Source = KernelBuffer::Source;
  for (auto [i, buffer] : llvm::enumerate(signature.buffers)) {
    // Not so for values: a layer's output may lie where its input was (PlanArena.cpp).
    if (buffer.symbol && buffer.source != Source::State)
      function.setArgAttr(i, "llvm.noalias", b.getUnitAttr());
    function.setArgAttr(i, "llvm.align", b.getI64IntegerAttr(TENON_ALIGNMENT));
  }
  function.setArgAttr(types.size() - 1, "llvm.noalias", b.getUnitAttr());
  function.setArgAttr(types.size() - 1, "llvm.align", b.getI64IntegerAttr(TENON_ALIGNMENT));

  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  func::ReturnOp::create(b, loc);
  b.setInsertionPointToStart(body);
  unsigned argument = 0;
  for (const KernelBuffer &buffer : signature.buffers) {
    Value base = body->getArgument(argument++);
    switch (buffer.source) {
    case Source::Scratch:
      k.scratch = base;
      break;
    case Source::Gradient:
      k.gradients[buffer.symbol] = base;
      break;
    case Source::Moment1:
      k.moments1[buffer.symbol] = base;
      break;
    case Source::Moment2:
      k.moments2[buffer.symbol] = base;
      break;
    case Source::Param:
    case Source::State:
      k.symbols[buffer.symbol] = base;
      break;
    case Source::Value:
    case Source::Result:
      k.bases[buffer.value] = base;
    }
  }
  for (DimOp dim : signature.dims)
    k.sizes[dim.getSymNameAttr()] = body->getArgument(argument++);
  k.position = body->getArgument(argument++);
  k.layer = body->getArgument(argument++);
  k.thread = body->getArgument(argument++);
  k.shareCount = body->getArgument(argument++);
  k.call = body->getArgument(argument++);
  k.threadMemory = body->getArgument(argument++);
  if (failed(emitFamily(group, k)))
    return failure();
  kernels.threadBytes = std::max(kernels.threadBytes, k.mostOwnBytes);
  // Between stages another thread may write what this one wrote before.
  for (auto [i, buffer] : llvm::enumerate(signature.buffers))
    if (k.stages > 1 &&
        (buffer.source != Source::Param || group.getKind() == GroupKind::Initialise))
      function.removeArgAttr(i, "llvm.noalias");
  entry->second = function;
  return function;
}

} // namespace tenon
