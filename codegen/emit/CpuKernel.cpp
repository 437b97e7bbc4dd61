// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory access on CPUs, and the frame of a kernel function around what its family emits.
#include "CpuKernel.h"
#include "Call.h"
#include "Dropout.h"
#include "Families.h"
#include "Layout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

static constexpr int64_t alignment = 64; // bytes; TENON_ALIGNMENT of the runtime's ABI

static unsigned bytesOf(Type element) { return element.getIntOrFloatBitWidth() / 8; }

static Value addressOf(CpuKernelBuilder &k, Value base, Value index, Type element,
                       LLVM::GEPNoWrapFlags flags) {
  Value wide = arith::IndexCastOp::create(k.b, k.loc, k.b.getI64Type(), index);
  return LLVM::GEPOp::create(k.b, k.loc, base.getType(), element, base, ValueRange{wide}, flags);
}

Value CpuKernelBuilder::address(Value base, Value index, Type element) {
  return addressOf(*this, base, index, element, LLVM::GEPNoWrapFlags::inbounds);
}

// What threads read outside of stages may be gone when the last of them comes by.
static void expectStage(const CpuKernelBuilder &k) {
  if (k.call && !k.shareNumber)
    llvm::report_fatal_error("a kernel touches memory outside of its stages");
}

Value CpuKernelBuilder::load(Value base, Value index, Type element, unsigned lanes) {
  expectStage(*this);
  return LLVM::LoadOp::create(b, loc, vectorType(element, lanes), address(base, index, element),
                              bytesOf(element));
}

void CpuKernelBuilder::store(Value value, Value base, Value index, bool nontemporal) {
  expectStage(*this);
  Type element = getElementTypeOrSelf(value.getType());
  unsigned alignment = bytesOf(element) * (nontemporal ? lanesOf(value) : 1);
  LLVM::StoreOp::create(b, loc, value, address(base, index, element), alignment,
                        /*isVolatile=*/false, nontemporal);
}

void CpuKernelBuilder::prefetch(Value base, Value index, Type element, int level) {
  // For reading, of data.
  Value at = addressOf(*this, base, index, element, LLVM::GEPNoWrapFlags::none);
  LLVM::Prefetch::create(b, loc, at, /*rw=*/0, /*hint=*/4 - level, /*cache=*/1);
}

void CpuKernelBuilder::prefetchRun(Value base, Value index, Type element, int64_t count) {
  int64_t line = 64 / bytesOf(element);
  for (int64_t i = 0; i < count; i += line)
    prefetch(base, add(index, i), element);
}

// Up to here on the stack: what lies at hand beside spilled registers. A kernel has a few such.
static constexpr int64_t mostStackBytes = 2048;

Value CpuKernelBuilder::own(int64_t elements, Type element) {
  OpBuilder::InsertionGuard guard(b);
  auto function = b.getInsertionBlock()->getParentOp()->getParentOfType<func::FuncOp>();
  if (!function)
    function = cast<func::FuncOp>(b.getInsertionBlock()->getParentOp());
  b.setInsertionPointToStart(&function.getBody().front());
  int64_t bytes = elements * bytesOf(element);
  if (bytes > mostStackBytes) {
    Value place = address(threadMemory, index(ownBytes), b.getI8Type());
    ownBytes += llvm::alignTo(bytes, alignment);
    mostOwnBytes = std::max(mostOwnBytes, ownBytes);
    return place;
  }
  Value count = LLVM::ConstantOp::create(b, loc, b.getI64IntegerAttr(elements));
  return LLVM::AllocaOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()), element, count,
                                alignment);
}

void CpuKernelBuilder::stage(llvm::function_ref<void()> body) {
  if (shareNumber)
    llvm::report_fatal_error("a stage of a kernel begins inside another");
  stages += 1;
  auto loop = scf::WhileOp::create(b, loc, TypeRange{b.getI32Type()}, ValueRange{});
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&loop.getBefore());
  Value next = emitNextShare(b, loc, call, thread);
  Value none = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
  Value isShare = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, next, none);
  scf::ConditionOp::create(b, loc, isShare, next);
  Block *taken = b.createBlock(&loop.getAfter(), {}, b.getI32Type(), loc);
  shareNumber = arith::IndexCastOp::create(b, loc, b.getIndexType(), taken->getArgument(0));
  body();
  scf::YieldOp::create(b, loc);
  shareNumber = {};
}

bool CpuKernelBuilder::isPanel(StringAttr param) const {
  return !layout->params[layout->paramIndex.lookup(param)].packSymbol.empty();
}

int64_t CpuKernelBuilder::paramBytes(StringAttr param) const {
  const PackedParam &packed = layout->params[layout->paramIndex.lookup(param)];
  auto op = cast<ParamOp>(SymbolTable::lookupSymbolIn(model, param));
  return llvm::alignTo(packed.bytes, 64) * layerCount(model, op.getLayers());
}

void CpuKernelBuilder::storeFence() {
  if (target.sfence)
    LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr("llvm.x86.sse.sfence"), ValueRange{});
}

// fma is the same on every vector element type; without hardware support it would become a library
// call a lane, so such targets multiply and add.
Value KernelBuilder::fma(Value x, Value y, Value z) {
  if (!target.fma)
    return addf(mulf(x, y), z);
  if (isa<VectorType>(x.getType()))
    return vector::FMAOp::create(b, loc, x, y, z);
  return LLVM::FMAOp::create(b, loc, x, y, z);
}

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
    os << " " << param.getTensorType() << (k.isPanel(name) ? " panels " : " rows ")
       << k.paramBytes(name) << stringifyInitKind(param.getInit()) << param.getInitValueAttr();
  };
  group.getBody().walk([&](Operation *op) {
    os << "\n" << op->getName() << " " << op->getLoc();
    if (isa<AccumulateOp, AdamwOp, SgdOp, InitialiseOp>(op))
      describe(op->getAttrOfType<FlatSymbolRefAttr>("name").getAttr());
    if (auto dropout = dyn_cast<TrainingDropoutOp>(op))
      os << " of " << dropoutLayers(dropout);
    // The places of keys and values in a cache depend on its context.
    if (auto cache = op->getAttrOfType<FlatSymbolRefAttr>("cache"))
      os << " " << cast<StateOp>(SymbolTable::lookupSymbolIn(k.model, cache)).getTensorType();
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
    function.setArgAttr(i, "llvm.align", b.getI64IntegerAttr(alignment));
  }
  function.setArgAttr(types.size() - 1, "llvm.noalias", b.getUnitAttr());
  function.setArgAttr(types.size() - 1, "llvm.align", b.getI64IntegerAttr(alignment));

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
