// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Entries: every thread runs the same function and takes shares of each kernel, of which all are
// computed before anyone goes on to the next. A stack of layers is a loop around its kernels.
#include "Program.h"
#include "KernelFrame.h"
#include "RepeatPlaces.h"
#include "Signature.h"
#include "kernel/Call.h"
#include "memory/Pack.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

bool trains(func::FuncOp entry) {
  return entry
      .walk([](Operation *op) {
        bool touches = isa<AccumulateOp, GradientNormOp, AdamwOp, SgdOp, InitialiseOp>(op);
        return touches ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

namespace {
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
    shareCount = toIndex(body->getArgument(2));
    readCall();
    threadMemory = memoryOfThread();
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
  Value field(CallField name, Type type) { return loadField(b, loc, call, name, type); }

  void readCall() {
    weights = field(CallField::Weights, pointer);
    arena = field(CallField::Arena, pointer);
    state = field(CallField::State, pointer);
    position = toIndex(field(CallField::Position, b.getI64Type()));
    observer = field(CallField::Observe, pointer);
    observerContext = field(CallField::ObserveContext, pointer);
    if (trains(source))
      training = field(CallField::Training, pointer);
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

  /// What is a thread's own while it runs a kernel.
  Value memoryOfThread() {
    Value wide = arith::ExtSIOp::create(b, loc, b.getI64Type(), threadNumber);
    Value stride = field(CallField::ThreadStride, b.getI64Type());
    return offset(field(CallField::ThreadMemory, pointer),
                  LLVM::MulOp::create(b, loc, wide, stride));
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
    using Source = KernelBuffer::Source;
    // Gradients, then first, then second moments: each as large as all weights, and laid out alike.
    auto param = [&](Value base) {
      return perLayer(base, layout.params[layout.paramIndex.lookup(buffer.symbol)]);
    };
    auto part = [&](int64_t number) {
      return param(offset(training, constant(number * static_cast<int64_t>(layout.weightsBytes))));
    };
    switch (buffer.source) {
    case Source::Value:
    case Source::Result:
      return places.lookup(buffer.value);
    case Source::Param:
      return param(weights);
    case Source::Gradient:
      return part(0);
    case Source::Moment1:
      return part(1);
    case Source::Moment2:
      return part(2);
    case Source::State:
      return perLayer(state, layout.states.lookup(buffer.symbol));
    case Source::Scratch:
      break;
    }
    return offset(arena, constant(group->getAttrOfType<DenseI64ArrayAttr>("tenon.scratch")[0]));
  }

  // Of the seven kernels of a GPT's layer each reads what all threads wrote: linears read whole
  // rows of which the threads before them wrote columns, attention reads a head's queries, keys and
  // values, norms whole rows again. So threads meet at the end of each kernel.
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
        FailureOr<func::FuncOp> kernel = emitCpuKernel(group, module, target, layout, kernels);
        if (failed(kernel))
          return failure();
        placeResults(group);
        SmallVector<Value> arguments;
        for (const KernelBuffer &buffer : KernelSignature::of(group).buffers)
          arguments.push_back(place(buffer, group));
        llvm::append_range(arguments, sizes);
        Value layerNumber =
            layer ? toIndex(layer) : arith::ConstantIndexOp::create(b, loc, 0).getResult();
        arguments.append({position, layerNumber, threadNumber, shareCount, call, threadMemory});
        unsigned number = kernelNumber++;
        observe(number, /*done=*/false);
        func::CallOp::create(b, loc, *kernel, arguments);
        observe(number, /*done=*/true);
      } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
        if (failed(emitRepeat(repeat)))
          return failure();
      } else if (!isa<func::ReturnOp, YieldOp>(op)) {
        return op.emitError("'") << op.getName() << "' is in no kernel; run tenon-fuse first";
      }
    }
    return success();
  }

  /// The place of a layer's slice of a stack.
  Value slice(int64_t stride, Value base) {
    return offset(base, LLVM::MulOp::create(b, loc, layer, constant(stride)));
  }

  /// The loop carries three places for each value: where the layer finds it, where it writes the
  /// next, and where the layer after it writes. Layer 0 may find it in another place than the later
  /// ones, which find what they wrote. A value that is kept in a stack walks along it instead.
  LogicalResult emitRepeat(RepeatOp repeat) {
    auto bound = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    int64_t layers = layerCount(model, repeat.getLayers());
    RepeatPlaces planned = RepeatPlaces::of(repeat);
    Block &body = repeat.getBody().front();
    auto yielded = cast<YieldOp>(body.getTerminator()).getValues();
    SmallVector<Value> carried;
    for (auto [i, init] : llvm::enumerate(repeat.getInits())) {
      const CarriedPlace &place = planned.carried[i];
      Value even = placeAt(place.even), odd = placeAt(place.odd);
      carried.append({places.lookup(init), even, odd});
      places[repeat.getResult(i)] =
          place.stride != 0
              ? offset(even, constant(repeat.getReverse() ? 0 : place.stride * layers))
          : layers % 2 != 0 ? even
                            : odd;
    }
    for (auto [result, stack] : llvm::zip_equal(repeat.getStacks(), planned.stacks))
      places[result] = placeAt(stack.offset);
    auto loop = scf::ForOp::create(b, loc, bound(0), bound(layers), bound(1), carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    layer = arith::IndexCastOp::create(b, loc, b.getI64Type(), loop.getInductionVar());
    if (repeat.getReverse())
      layer = LLVM::SubOp::create(b, loc, constant(layers - 1), layer);
    SmallVector<Value> next;
    for (auto [i, place] : llvm::enumerate(planned.carried)) {
      Value found = loop.getRegionIterArg(3 * i), written = loop.getRegionIterArg(3 * i + 1);
      Value later = loop.getRegionIterArg(3 * i + 2);
      next.append({written, later, written});
      if (place.stride != 0) {
        found = slice(place.stride, placeAt(place.even));
        written = offset(found, constant(place.stride));
        if (repeat.getReverse())
          std::swap(found, written);
      }
      places[body.getArgument(i)] = found;
      places[yielded[i]] = written;
    }
    // Such a value is in the stack already; all others that are kept have their place there alone.
    for (auto [i, stack] : llvm::enumerate(planned.stacks))
      places.try_emplace(yielded[planned.carried.size() + i],
                         slice(stack.stride, places.lookup(repeat.getStacks()[i])));
    for (auto [i, stack] : llvm::enumerate(repeat.getSlices()))
      places[body.getArgument(planned.carried.size() + i)] =
          slice(strideOf(stack), places.lookup(stack));
    if (!next.empty()) // else the loop ends by itself
      scf::YieldOp::create(b, loc, next);
    b.setInsertionPoint(loop.getBody()->getTerminator());
    LogicalResult result = emitBlock(body);
    layer = {};
    return result;
  }

  /// Bytes between the slices of a stack, which another repeat made.
  static int64_t strideOf(Value stack) {
    auto maker = stack.getDefiningOp<RepeatOp>();
    unsigned number = cast<OpResult>(stack).getResultNumber() - maker.getInits().size();
    return RepeatPlaces::of(maker).stacks[number].stride;
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
  Value call, threadNumber, shareCount, threadMemory, weights, training, arena, state, position;
  Value layer; // i64; null outside of stacks
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
                                             const Target &target, StringRef prefix,
                                             CompiledVariant &variant) {
  FailureOr<MemoryLayout> layout = MemoryLayout::of(model, target);
  if (failed(layout))
    return failure();
  OwningOpRef<ModuleOp> module(ModuleOp::create(model.getLoc()));
  std::string suffix = llvm::formatv("_{0}", suffixOf(target)).str();

  llvm::StringSet<> packs;
  for (auto [param, packed] : llvm::zip_equal(model.getBody().getOps<ParamOp>(), layout->params)) {
    if (packed.packSymbol.empty())
      continue;
    bool isNew = packs.insert(packed.packSymbol).second;
    packed.packSymbol = (prefix + packed.packSymbol + suffix).str();
    packed.unpackSymbol = (prefix + packed.unpackSymbol + suffix).str();
    if (isNew) {
      emitPack(*module, packed, param, target);
      emitUnpack(*module, packed, param, target);
    }
  }

  KernelTable kernels;
  for (func::FuncOp entry : entries) {
    std::string symbol = (prefix + entry.getSymName() + suffix).str();
    EntryEmitter emitter(model, *module, target, *layout, kernels);
    if (failed(emitter.emit(entry, symbol)))
      return failure();
    variant.runs.push_back(symbol);
  }
  variant.target = &target;
  variant.params = layout->params;
  variant.weightsBytes = layout->weightsBytes;
  variant.stateBytes = layout->stateBytes;
  variant.threadBytes = kernels.threadBytes;
  return module;
}

} // namespace tenon
