// Entries: every thread runs the same function, takes its share of each kernel, and meets the
// others at a barrier between kernels. A stack of layers is a loop around its kernels.
#include "Program.h"
#include "CpuKernel.h"
#include "Pack.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

namespace {
/// The fields of tenon_call (runtime/include/tenon/runtime/abi.h), each of 8 bytes.
enum class CallField {
  Weights,
  Arena,
  State,
  Inputs,
  Outputs,
  Dims,
  Position,
  Barrier,
  BarrierContext,
  Observe,
  ObserveContext
};

class EntryEmitter {
public:
  EntryEmitter(ModelOp model, ModuleOp module, const Target &target, const MemoryLayout &layout,
               KernelTable &kernels)
      : model(model), module(module), target(target), layout(layout), kernels(kernels),
        b(module.getContext()), pointer(LLVM::LLVMPointerType::get(b.getContext())) {}

  LogicalResult emit(func::FuncOp entry, StringRef symbol) {
    source = entry;
    loc = entry.getLoc();
    b.setInsertionPointToEnd(module.getBody());
    auto function = func::FuncOp::create(
        b, loc, symbol, b.getFunctionType({pointer, b.getI32Type(), b.getI32Type()}, {}));
    Block *body = function.addEntryBlock();
    b.setInsertionPointToStart(body);
    func::ReturnOp::create(b, loc);
    b.setInsertionPointToStart(body);
    call = body->getArgument(0);
    threadNumber = body->getArgument(1);
    thread = toIndex(threadNumber);
    threads = toIndex(body->getArgument(2));
    readCall();
    return emitBlock(entry.getBody().front());
  }

private:
  Value toIndex(Value x) { return arith::IndexCastOp::create(b, loc, b.getIndexType(), x); }
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
  }
  Value offset(Value base, Value bytes) {
    return LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), base, ValueRange{bytes});
  }
  Value loadAt(Value base, int64_t slot, Type type) {
    return LLVM::LoadOp::create(b, loc, type, offset(base, constant(slot * 8)));
  }
  Value field(CallField name, Type type) { return loadAt(call, static_cast<int64_t>(name), type); }

  void readCall() {
    weights = field(CallField::Weights, pointer);
    arena = field(CallField::Arena, pointer);
    state = field(CallField::State, pointer);
    position = toIndex(field(CallField::Position, b.getI64Type()));
    observer = field(CallField::Observe, pointer);
    observerContext = field(CallField::ObserveContext, pointer);
    Value nobody = LLVM::ZeroOp::create(b, loc, pointer);
    isObserved = LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, observer, nobody);
    Value inputs = field(CallField::Inputs, pointer), dims = field(CallField::Dims, pointer);
    for (auto [i, argument] : llvm::enumerate(source.getArguments()))
      places[argument] = loadAt(inputs, i, pointer);
    Value outputs = field(CallField::Outputs, pointer);
    for (unsigned i = 0; i < source.getNumResults(); ++i)
      outputPlaces.push_back(loadAt(outputs, i, pointer));
    for (auto [i, dim] : llvm::enumerate(model.getBody().getOps<DimOp>()))
      if (!dim.isStatic())
        sizes.push_back(toIndex(loadAt(dims, i, b.getI64Type())));
  }

  /// Where an offset of tenon-plan-arena points: into the arena, or to an output.
  Value placeAt(int64_t bytes) {
    return bytes < 0 ? outputPlaces[-1 - bytes] : offset(arena, constant(bytes));
  }

  /// What a layer yields has its place already (emitRepeat).
  void placeResults(GroupOp group) {
    auto offsets = group->getAttrOfType<DenseI64ArrayAttr>("tenon.offsets").asArrayRef();
    for (auto [result, bytes] : llvm::zip_equal(group.getResults(), offsets))
      if (!places.contains(result))
        places[result] = placeAt(bytes);
  }

  Value perLayer(Value base, const PackedParam &packed) {
    Value bytes = constant(packed.offset);
    if (packed.stride != 0 && layer)
      bytes = LLVM::AddOp::create(b, loc, bytes,
                                  LLVM::MulOp::create(b, loc, layer, constant(packed.stride)));
    return offset(base, bytes);
  }

  Value place(const KernelBuffer &buffer, GroupOp group) {
    switch (buffer.source) {
    case KernelBuffer::Source::Value:
    case KernelBuffer::Source::Result:
      return places.lookup(buffer.value);
    case KernelBuffer::Source::Param:
      return perLayer(weights, layout.params[layout.paramIndex.lookup(buffer.symbol)]);
    case KernelBuffer::Source::State:
      return perLayer(state, layout.states.lookup(buffer.symbol));
    case KernelBuffer::Source::Scratch:
      break;
    }
    return offset(arena, constant(group->getAttrOfType<DenseI64ArrayAttr>("tenon.scratch")[0]));
  }

  void barrier() {
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                            {pointer, b.getI32Type()});
    Value function = field(CallField::Barrier, pointer);
    Value context = field(CallField::BarrierContext, pointer);
    LLVM::CallOp::create(b, loc, type, ValueRange{function, context, threadNumber});
  }

  // Of the seven kernels of a GPT's layer each reads what all threads wrote: linears read whole
  // rows of which the threads before them wrote columns, attention reads a head's queries, keys and
  // values, norms whole rows again. Measured: 0.2 us a meeting with two threads, 0.1 % of a decoded
  // token.
  /// Tells the observer, where there is one, that this thread begins or has ended a kernel.
  void observe(unsigned kernel, bool done) {
    auto tell = scf::IfOp::create(b, loc, isObserved, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(tell.thenBlock()->getTerminator());
    auto i32 = b.getI32Type();
    auto number = [&](int64_t value) -> Value {
      return LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(value));
    };
    Value at = layer ? LLVM::TruncOp::create(b, loc, i32, layer).getResult() : number(0);
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                            {pointer, i32, i32, i32, i32});
    LLVM::CallOp::create(
        b, loc, type,
        ValueRange{observer, observerContext, threadNumber, number(kernel), at, number(done)});
  }

  LogicalResult emitBlock(Block &block) {
    for (Operation &op : block) {
      loc = op.getLoc();
      if (auto group = dyn_cast<GroupOp>(op)) {
        FailureOr<func::FuncOp> kernel = emitCpuKernel(group, module, target, kernels);
        if (failed(kernel))
          return failure();
        placeResults(group);
        SmallVector<Value> arguments;
        for (const KernelBuffer &buffer : KernelSignature::of(group).buffers)
          arguments.push_back(place(buffer, group));
        llvm::append_range(arguments, sizes);
        arguments.append({position, thread, threads});
        unsigned number = kernelNumber++;
        observe(number, /*done=*/false);
        func::CallOp::create(b, loc, *kernel, arguments);
        observe(number, /*done=*/true);
        if (!isLast(group))
          barrier();
      } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
        if (failed(emitRepeat(repeat)))
          return failure();
      } else if (!isa<func::ReturnOp, YieldOp>(op)) {
        return op.emitError("'") << op.getName() << "' is in no kernel; run tenon-fuse first";
      }
    }
    return success();
  }

  /// The caller waits for all threads at the end of the entry itself.
  bool isLast(GroupOp group) {
    return isa<func::FuncOp>(group->getParentOp()) && isa<func::ReturnOp>(group->getNextNode());
  }

  /// The loop carries three places for each value: where the layer finds it, where it writes the
  /// next, and where the layer after it writes. Layer 0 may find it in another place than the later
  /// ones, which find what they wrote.
  LogicalResult emitRepeat(RepeatOp repeat) {
    auto bound = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    int64_t layers = layerCount(model, repeat.getLayers());
    auto offsets = repeat->getAttrOfType<DenseI64ArrayAttr>("tenon.offsets").asArrayRef();
    SmallVector<Value> carried;
    for (auto [i, init] : llvm::enumerate(repeat.getInits())) {
      Value even = placeAt(offsets[2 * i]), odd = placeAt(offsets[2 * i + 1]);
      carried.append({places.lookup(init), even, odd});
      places[repeat.getResult(i)] = layers % 2 != 0 ? even : odd;
    }
    auto loop = scf::ForOp::create(b, loc, bound(0), bound(layers), bound(1), carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Block &body = repeat.getBody().front();
    SmallVector<Value> next;
    for (unsigned i = 0; i < repeat.getNumResults(); ++i) {
      Value found = loop.getRegionIterArg(3 * i), written = loop.getRegionIterArg(3 * i + 1);
      places[body.getArgument(i)] = found;
      places[cast<YieldOp>(body.getTerminator()).getValues()[i]] = written;
      next.append({written, loop.getRegionIterArg(3 * i + 2), written});
    }
    scf::YieldOp::create(b, loc, next);
    b.setInsertionPoint(loop.getBody()->getTerminator());
    layer = arith::IndexCastOp::create(b, loc, b.getI64Type(), loop.getInductionVar());
    LogicalResult result = emitBlock(body);
    layer = {};
    return result;
  }

  ModelOp model;
  ModuleOp module;
  const Target &target;
  const MemoryLayout &layout;
  KernelTable &kernels;
  OpBuilder b;
  Type pointer;
  Location loc = UnknownLoc::get(b.getContext());
  func::FuncOp source;
  Value call, threadNumber, thread, threads, weights, arena, state, position, layer;
  Value observer, observerContext, isObserved;
  unsigned kernelNumber = 0; // of the entry's kernels, in program order (Manifest.cpp counts alike)
  llvm::DenseMap<Value, Value> places;
  SmallVector<Value> outputPlaces, sizes;
};

std::string suffixOf(const Target &target) {
  std::string suffix = target.name.str();
  llvm::replace(suffix, '-', '_');
  return suffix;
}
} // namespace

FailureOr<OwningOpRef<ModuleOp>> emitProgram(ModelOp model, ArrayRef<func::FuncOp> entries,
                                             const Target &target, CompiledVariant &variant) {
  FailureOr<MemoryLayout> layout = MemoryLayout::of(model, target);
  if (failed(layout))
    return failure();
  OwningOpRef<ModuleOp> module(ModuleOp::create(model.getLoc()));
  std::string prefix = llvm::formatv("tenon_{0}_", model.getSymName()).str();
  std::string suffix = "_" + suffixOf(target);

  llvm::StringMap<std::string> packs;
  for (auto [param, packed] : llvm::zip_equal(model.getBody().getOps<ParamOp>(), layout->params)) {
    if (packed.packSymbol.empty())
      continue;
    auto [entry, isNew] = packs.try_emplace(packed.packSymbol, prefix + packed.packSymbol + suffix);
    if (isNew)
      emitPack(*module, entry->second, param, target);
    packed.packSymbol = entry->second;
  }

  KernelTable kernels;
  for (func::FuncOp entry : entries) {
    std::string symbol = prefix + entry.getSymName().str() + suffix;
    EntryEmitter emitter(model, *module, target, *layout, kernels);
    if (failed(emitter.emit(entry, symbol)))
      return failure();
    variant.runs.push_back(symbol);
  }
  variant.target = &target;
  variant.params = layout->params;
  variant.weightsBytes = layout->weightsBytes;
  variant.stateBytes = layout->stateBytes;
  return module;
}

} // namespace tenon
