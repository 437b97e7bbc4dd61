// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-plan-arena: see Passes.td. Liveness.h says when values live, ArenaPacking.h puts
// buffers beside one another; this file decides which values share a buffer.
#include "EntryNames.h"
#include "Liveness.h"
#include "Passes.h"
#include "RepeatPlaces.h"
#include "Sizes.h"
#include "program/Families.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_PLANARENA
#include "Passes.h.inc"

namespace {
/// A value that goes from layer to layer. What a layer yields lies in the yielded value's place,
/// what it takes in the argument's. Where a layer may write over what it takes these are one;
/// otherwise layers 0, 2, 4 ... write the former and layers 1, 3, 5 ... the latter.
struct Carried {
  Value init, argument, yielded, result;
  RepeatOp repeat;
  int64_t layers;
  bool inPlace = false;
  Value stack; // the stack that it walks along, where its values are kept; else null

  Carried(RepeatOp repeat, unsigned i)
      : init(repeat.getInits()[i]), argument(repeat.getBody().getArgument(i)),
        yielded(cast<YieldOp>(repeat.getBody().front().getTerminator()).getValues()[i]),
        result(repeat.getResult(i)), repeat(repeat),
        layers(lookupDim(enclosingModel(repeat), repeat.getLayers()).getMax()) {}
};

/// Values of all layers that are kept for another repeat, one behind the other. If they are also
/// what goes from layer to layer, there is one slice more: the first layer's input or the last
/// one's output, whichever is not kept.
struct Stack {
  Value result, saved; // the stack; of a layer
  RepeatOp repeat;
  int64_t slices, stride;
  bool isAhead = false; // its first slice lies behind another one, that of what is not kept
};

class Planner {
public:
  explicit Planner(func::FuncOp function)
      : function(function), model(enclosingModel(function)), liveness(function) {}

  LogicalResult run() {
    if (failed(checkOutputs()) || failed(checkTensors()) || failed(collectCarried()) ||
        failed(collectStacks()))
      return failure();
    share();
    makeBuffers();
    if (failed(checkArena()))
      return failure();
    place();
    write();
    return success();
  }

private:
  /// Each output is memory of the caller that one kernel writes.
  LogicalResult checkOutputs() {
    Operation *exit = function.getBody().front().getTerminator();
    auto name = [&](unsigned i) {
      auto attr = function.getResultAttrOfType<StringAttr>(i, "tenon.name");
      return attr ? attr.getValue() : StringRef("?");
    };
    llvm::DenseMap<Value, unsigned> seen;
    for (auto [i, value] : llvm::enumerate(exit->getOperands())) {
      if (!isa_and_nonnull<GroupOp, RepeatOp>(value.getDefiningOp()))
        return exit->emitError("output '")
               << name(i) << "' is computed by no kernel: it is an input, or positions, as they "
               << "are; leave it out of outputs(...)";
      if (auto [first, isNew] = seen.try_emplace(value, i); !isNew)
        return exit->emitError("outputs '")
               << name(first->second) << "' and '" << name(i) << "' are one value; return it once";
    }
    return success();
  }

  /// From here on the bytes of a tensor are a number of 64 bits.
  LogicalResult checkTensors() {
    auto check = [&](Operation *op, Type type) -> LogicalResult {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor || greatestBytes(model, tensor) <= mostBytes)
        return success();
      return op->emitError("a tensor ")
             << tensor << " takes more than the " << mostBytes
             << " bytes that a process can address, with its dimensions at their greatest; lower "
                "those";
    };
    WalkResult walked = function.walk([&](Operation *op) {
      for (Type type : op->getOperandTypes())
        if (failed(check(op, type)))
          return WalkResult::interrupt();
      for (Type type : op->getResultTypes())
        if (failed(check(op, type)))
          return WalkResult::interrupt();
      return WalkResult::advance();
    });
    return failure(walked.wasInterrupted());
  }

  /// And so are the bytes of all of them.
  LogicalResult checkArena() {
    uint64_t sum = 0;
    for (const ArenaBuffer &buffer : buffers)
      sum = llvm::SaturatingAdd<uint64_t>(sum, buffer.bytes);
    if (sum <= mostBytes)
      return success();
    return function.emitError("entry '")
           << entryName(function) << "' works on " << buffers.size() << " tensors of "
           << (sum == UINT64_MAX ? "more than " : "") << sum << " bytes together, a process can "
           << "address " << mostBytes << "; lower the greatest sizes of its dimensions";
  }

  /// What leaves a layer must be written by a kernel of the layer.
  LogicalResult collectCarried() {
    for (RepeatOp repeat : liveness.repeats()) {
      llvm::DenseSet<Value> seen;
      unsigned n = repeat.getInits().size();
      for (unsigned i = 0; i < n; ++i) {
        Carried value(repeat, i);
        auto refuse = [&](StringRef why) {
          return repeat.emitError("value ")
                 << i + 1 << " of " << n << " that a layer of the stack over '"
                 << repeat.getLayers() << "' returns " << why;
        };
        if (!isa_and_nonnull<GroupOp>(value.yielded.getDefiningOp()) ||
            value.yielded.getParentBlock() != &repeat.getBody().front())
          return refuse(
              "is computed by no kernel of that layer; let the layer compute it, or leave "
              "out the stack");
        if (!seen.insert(value.yielded).second)
          return refuse("is another of them too; return it once");
        carried.push_back(value);
      }
    }
    return success();
  }

  int64_t bytesOf(Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    return maxElements(model, type) * type.getElementTypeBitWidth() / 8;
  }

  /// Finds the stacks, and joins to each what lies in it by its nature.
  LogicalResult collectStacks() {
    for (RepeatOp repeat : liveness.repeats()) {
      auto yield = cast<YieldOp>(repeat.getBody().front().getTerminator());
      unsigned n = repeat.getInits().size();
      for (auto [result, saved] : llvm::zip(repeat.getStacks(), yield.getValues().drop_front(n))) {
        int64_t layers = lookupDim(model, repeat.getLayers()).getMax();
        int64_t stride = llvm::alignTo(bytesOf(saved), 64);
        Stack stack{result, saved, repeat, layers, stride};
        for (Carried &value : carried)
          if (value.repeat == repeat && (value.argument == saved || value.yielded == saved)) {
            if (value.stack)
              return repeat.emitError("a layer keeps both what it takes and what it yields; the "
                                      "next layer's input is the same value, keep it once");
            // Layer 0 of a stack that runs from the last to the first takes what layer 1 yields.
            stack.isAhead = (value.yielded == saved) != repeat.getReverse();
            stack.slices = layers + 1;
            value.stack = result;
            if (failed(enter(value, stride)))
              return failure();
          }
        if (stack.slices == layers)
          pin(saved, result);
        stacks.push_back(stack);
      }
    }
    return success();
  }

  /// Puts the init of a value that walks along a stack into the slice where the walk begins.
  LogicalResult enter(Carried &value, int64_t stride) {
    bool isTaken = value.init.getDefiningOp<RepeatOp>() || !Liveness::isOurs(value.init) ||
                   pinned.contains(value.init);
    if (isTaken)
      return value.repeat.emitError(
          "what the first layer of a stack takes is an input, or comes from another stack; compute "
          "it by an operation of its own in front of the stack");
    for (Value part : {value.init, value.argument, value.yielded})
      pin(part, value.stack);
    if (value.repeat.getReverse())
      behind[value.init] = value.layers * stride;
    return success();
  }

  /// Lets a value lie in a stack, and nothing else there.
  void pin(Value value, Value stack) {
    pinned.insert(value);
    classes.unionSets(value.getAsOpaquePointer(), stack.getAsOpaquePointer());
  }

  /// Puts two values and all that shares their places into one place, if each pair of them may.
  bool unite(Value x, Value y) {
    const void *first = x.getAsOpaquePointer(), *second = y.getAsOpaquePointer();
    if (classes.isEquivalent(first, second))
      return true;
    if (pinned.contains(x) || pinned.contains(y))
      return false;
    auto shared = [&](const void *key) {
      return llvm::make_range(classes.findLeader(classes.insert(key)), classes.member_end());
    };
    for (const void *a : shared(first))
      for (const void *b : shared(second))
        if (!liveness.mayShare(Value::getFromOpaquePointer(a), Value::getFromOpaquePointer(b)))
          return false;
    classes.unionSets(first, second);
    return true;
  }

  void share() {
    for (Carried &value : carried) {
      if (value.stack)
        continue;
      value.inPlace = unite(value.argument, value.yielded);
      unite(value.layers % 2 != 0 ? value.yielded : value.argument, value.result);
      if (Liveness::isOurs(value.init))
        unite(value.init, value.argument);
    }
    // A sum lies where one of its terms was: x = x + f(x).
    for (GroupOp group : liveness.groups())
      for (Operation &op : group.getBody().front())
        for (OpOperand &use : op.getOpOperands())
          if (isElementwiseUse(use) && use.get().getParentRegion() != &group.getBody() &&
              Liveness::isOurs(use.get()) && !isMoving(use.get()) && !isMoving(group.getResult(0)))
            unite(use.get(), group.getResult(0));
  }

  /// Whether a value has another place in other layers.
  bool isMoving(Value value) {
    return llvm::any_of(carried, [&](const Carried &other) {
      return !other.inPlace && (other.argument == value || other.yielded == value);
    });
  }

  /// The number of the buffer of a value, or of a group's scratch memory.
  unsigned bufferOf(const void *key) {
    if (classes.contains(key))
      key = classes.getLeaderValue(key);
    auto [entry, isNew] = bufferNumbers.try_emplace(key, buffers.size());
    if (isNew)
      buffers.emplace_back();
    return entry->second;
  }
  unsigned bufferOf(Value value) { return bufferOf(value.getAsOpaquePointer()); }

  void addLife(Value value, Steps steps) {
    ArenaBuffer &buffer = buffers[bufferOf(value)];
    buffer.bytes = std::max(buffer.bytes, bytesOf(value));
    buffer.live.push_back(steps);
  }

  Steps lifeOf(const Stack &stack) {
    Steps life{liveness.of(stack.repeat).begin, liveness.of(stack.result).end};
    for (const Carried &value : carried)
      if (value.stack == stack.result) {
        life.begin = std::min(life.begin, liveness.of(value.init).begin);
        life.end = std::max(life.end, liveness.of(value.result).end);
      }
    return life;
  }

  void makeBuffers() {
    for (GroupOp group : liveness.groups()) {
      for (Value result : group.getResults())
        addLife(result, liveness.of(result));
      if (int64_t elements = scratchElements(group)) {
        ArenaBuffer &scratch = buffers[bufferOf(group.getAsOpaquePointer())];
        scratch.bytes = elements * static_cast<int64_t>(sizeof(float));
        scratch.live.push_back(liveness.of(group));
      }
    }
    for (const Stack &stack : stacks) {
      addLife(stack.result, lifeOf(stack));
      ArenaBuffer &buffer = buffers[bufferOf(stack.result)];
      // Of so many layers that no memory holds them: checkArena says so.
      int64_t bytes = 0;
      if (llvm::MulOverflow(stack.slices, stack.stride, bytes))
        bytes = std::numeric_limits<int64_t>::max();
      buffer.bytes = std::max(buffer.bytes, bytes);
    }
    for (const Carried &value : carried) {
      if (value.stack)
        continue;
      addLife(value.result, liveness.of(value.result));
      if (!value.inPlace && value.layers > 1) {
        addLife(value.argument, liveness.of(value.repeat));
        addLife(value.yielded, liveness.of(value.repeat));
      } else if (value.inPlace || bufferOf(value.argument) == bufferOf(value.init)) {
        addLife(value.argument, liveness.of(value.argument));
      }
    }
  }

  /// Outputs of the entry are the caller's memory; all other buffers lie in the arena.
  void place() {
    llvm::DenseMap<unsigned, int64_t> outputs;
    for (auto [i, value] :
         llvm::enumerate(function.getBody().front().getTerminator()->getOperands()))
      outputs[bufferOf(value)] = i;
    SmallVector<ArenaBuffer> inArena;
    for (auto [i, buffer] : llvm::enumerate(buffers))
      if (!outputs.contains(i))
        inArena.push_back(buffer);
    OpBuilder b(function.getContext());
    MostLive most = mostLive(inArena);
    function->setAttr("tenon.arena_bytes", b.getI64IntegerAttr(packArena(inArena)));
    function->setAttr("tenon.arena_most_live", b.getDenseI64ArrayAttr({most.bytes, most.step}));
    auto next = inArena.begin();
    for (auto [i, buffer] : llvm::enumerate(buffers)) {
      auto output = outputs.find(i);
      buffer.offset = output == outputs.end() ? (next++)->offset : -1 - output->second;
    }
  }

  void write() {
    OpBuilder b(function.getContext());
    for (GroupOp group : liveness.groups()) {
      SmallVector<int64_t> offsets, lives;
      for (Value result : group.getResults()) {
        Steps life = liveness.of(result);
        offsets.push_back(buffers[bufferOf(result)].offset + behind.lookup(result));
        lives.append({life.begin, life.end});
      }
      group->setAttr("tenon.offsets", b.getDenseI64ArrayAttr(offsets));
      group->setAttr("tenon.live", b.getDenseI64ArrayAttr(lives));
      if (scratchElements(group)) {
        const ArenaBuffer &scratch = buffers[bufferOf(group.getAsOpaquePointer())];
        group->setAttr("tenon.scratch", b.getDenseI64ArrayAttr({scratch.offset, scratch.bytes,
                                                                liveness.of(group).begin}));
      }
    }
    llvm::MapVector<RepeatOp, RepeatPlaces> places;
    for (RepeatOp repeat : liveness.repeats())
      places[repeat];
    for (const Carried &value : carried) {
      Value home = value.stack ? value.stack : value.yielded;
      int64_t even = buffers[bufferOf(home)].offset;
      bool hasOdd = !value.stack && !value.inPlace && value.layers > 1;
      int64_t odd = hasOdd ? buffers[bufferOf(value.argument)].offset : even;
      places[value.repeat].carried.push_back({even, odd, strideOf(value)});
    }
    for (const Stack &stack : stacks) {
      int64_t offset = buffers[bufferOf(stack.result)].offset + (stack.isAhead ? stack.stride : 0);
      places[stack.repeat].stacks.push_back({offset, stack.stride, lifeOf(stack).end});
    }
    for (auto &[repeat, planned] : places) {
      Steps life = liveness.of(repeat);
      planned.writeTo(repeat);
      repeat->setAttr("tenon.live", b.getDenseI64ArrayAttr({life.begin, life.end}));
    }
  }

  int64_t strideOf(const Carried &value) {
    for (const Stack &stack : stacks)
      if (value.stack == stack.result)
        return stack.stride;
    return 0;
  }

  func::FuncOp function;
  ModelOp model;
  Liveness liveness;
  SmallVector<Carried> carried;
  SmallVector<Stack> stacks;
  llvm::DenseSet<Value> pinned;          // lie in stacks
  llvm::DenseMap<Value, int64_t> behind; // lie so many bytes behind a stack's first slice
  llvm::EquivalenceClasses<const void *> classes;
  llvm::DenseMap<const void *, unsigned> bufferNumbers;
  SmallVector<ArenaBuffer> buffers;
};

struct PlanArena : impl::PlanArenaBase<PlanArena> {
  using PlanArenaBase::PlanArenaBase;

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>())
      for (func::FuncOp function : model.getBody().getOps<func::FuncOp>())
        if (failed(Planner(function).run()))
          return signalPassFailure();
  }
};
} // namespace
} // namespace tenon
