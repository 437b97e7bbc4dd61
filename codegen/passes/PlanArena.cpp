// Pass tenon-plan-arena: see Passes.td.
#include "Kernel.h"
#include "Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_PLANARENA
#include "Passes.h.inc"

namespace {
/// A piece of memory, the steps [begin, end] during which it is in use, and its place.
struct Buffer {
  int64_t bytes = 0;
  int64_t begin = std::numeric_limits<int64_t>::max(), end = -1;
  bool isOutput = false; // the caller's memory
  int64_t offset = -1;

  void live(int64_t step) {
    begin = std::min(begin, step);
    end = std::max(end, step);
  }
};

class Planner {
public:
  explicit Planner(func::FuncOp function) : function(function), model(enclosingModel(function)) {}

  LogicalResult run() {
    number(function.getBody().front());
    if (failed(checkOutputs()) || failed(uniteCarried()))
      return failure();
    collect();
    place();
    write();
    return success();
  }

private:
  /// Numbers groups in order; a repeat spans the steps of its body.
  void number(Block &block) {
    for (Operation &op : block) {
      if (auto group = dyn_cast<GroupOp>(op)) {
        steps[group] = {next, next};
        groups.push_back(group);
        ++next;
      } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
        int64_t begin = next++;
        number(repeat.getBody().front());
        steps[repeat] = {begin, next++};
        repeats.push_back(repeat);
      }
    }
  }

  /// The step at which an operand is used, seen from the block where the value is defined: a value
  /// from outside a repeat is in use during the whole repeat.
  int64_t lastStep(OpOperand &use, Block *home) {
    Operation *user = home->findAncestorOpInBlock(*use.getOwner());
    auto found = steps.find(user);
    return found == steps.end() ? next : found->second.second;
  }

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

  LogicalResult uniteCarried() {
    for (RepeatOp repeat : repeats) {
      auto yield = cast<YieldOp>(repeat.getBody().front().getTerminator());
      for (unsigned i = 0; i < repeat.getInits().size(); ++i) {
        Value init = repeat.getInits()[i], argument = repeat.getBody().getArgument(i);
        Value next = yield.getValues()[i], result = repeat.getResult(i);
        if (!init.getDefiningOp() || !init.hasOneUse())
          return repeat.emitError(
              "the value that enters the stack of layers must be computed by the "
              "model and used nowhere else: the layers update it in place");
        if (!isa_and_nonnull<GroupOp>(next.getDefiningOp()) ||
            next.getParentBlock() != argument.getParentBlock() || !next.hasOneUse())
          return repeat.emitError(
              "the value that leaves a layer must be computed in the layer, by an "
              "operation of its own, and used nowhere else in it");
        int64_t written = steps[next.getDefiningOp()].first;
        for (OpOperand &use : argument.getUses()) {
          int64_t step = lastStep(use, argument.getParentBlock());
          if (step > written || (step == written && !isElementwiseUse(use)))
            return repeat.emitError("the layer's input is used after its output is computed; "
                                    "the layers update it in place");
        }
        classes.unionSets(init.getAsOpaquePointer(), argument.getAsOpaquePointer());
        classes.unionSets(init.getAsOpaquePointer(), next.getAsOpaquePointer());
        classes.unionSets(init.getAsOpaquePointer(), result.getAsOpaquePointer());
      }
    }
    return success();
  }

  /// A residual that is read element by element just before the same element is written.
  static bool isElementwiseUse(OpOperand &use) {
    return isa<AddOp>(use.getOwner()) && isa<GroupOp>(use.getOwner()->getParentOp()) &&
           use.get().getType() == use.getOwner()->getResult(0).getType();
  }

  Buffer &bufferOf(Value value) {
    const void *key = value.getAsOpaquePointer();
    return buffers[classes.contains(key) ? classes.getLeaderValue(key) : key];
  }

  void liveThrough(Buffer &buffer, Value value) {
    Block *home = value.getParentBlock();
    for (OpOperand &use : value.getUses()) {
      buffer.live(lastStep(use, home));
      if (isa<func::ReturnOp>(use.getOwner()))
        buffer.isOutput = true;
    }
  }

  void collect() {
    for (GroupOp group : groups) {
      for (Value result : group.getResults()) {
        Buffer &buffer = bufferOf(result);
        auto type = cast<RankedTensorType>(result.getType());
        int64_t bytes = maxElements(model, type) * type.getElementTypeBitWidth() / 8;
        buffer.bytes = std::max(buffer.bytes, bytes);
        buffer.live(steps[group].first);
        liveThrough(buffer, result);
      }
      if (int64_t elements = scratchElements(group)) {
        Buffer &scratch = buffers[group.getAsOpaquePointer()];
        scratch.bytes = elements * static_cast<int64_t>(sizeof(float));
        scratch.live(steps[group].first);
      }
    }
    for (RepeatOp repeat : repeats)
      for (Value result : repeat.getResults()) {
        Buffer &buffer = bufferOf(result);
        buffer.live(steps[repeat].first);
        buffer.live(steps[repeat].second);
        liveThrough(buffer, result);
      }
  }

  /// Largest first, each at the lowest offset where nothing that lives at the same time lies.
  void place() {
    SmallVector<Buffer *> order;
    for (auto &entry : buffers)
      if (!entry.second.isOutput)
        order.push_back(&entry.second);
    llvm::stable_sort(order, [](Buffer *x, Buffer *y) {
      return std::tuple(-x->bytes, x->begin, x->end) < std::tuple(-y->bytes, y->begin, y->end);
    });
    SmallVector<Buffer *> placed;
    for (Buffer *buffer : order) {
      int64_t size = llvm::alignTo(buffer->bytes, 64);
      buffer->offset = 0;
      llvm::sort(placed, [](Buffer *x, Buffer *y) { return x->offset < y->offset; });
      for (Buffer *other : placed)
        if (other->begin <= buffer->end && buffer->begin <= other->end &&
            other->offset < buffer->offset + size)
          buffer->offset =
              std::max<int64_t>(buffer->offset, llvm::alignTo(other->offset + other->bytes, 64));
      placed.push_back(buffer);
      arenaBytes = std::max(arenaBytes, buffer->offset + size);
    }
  }

  void write() {
    OpBuilder b(function.getContext());
    for (GroupOp group : groups) {
      SmallVector<int64_t> offsets, lives;
      for (Value result : group.getResults()) {
        Buffer &buffer = bufferOf(result);
        offsets.push_back(buffer.offset);
        lives.append({buffer.begin, buffer.end});
      }
      group->setAttr("tenon.offsets", b.getDenseI64ArrayAttr(offsets));
      group->setAttr("tenon.live", b.getDenseI64ArrayAttr(lives));
      if (auto scratch = buffers.find(group.getAsOpaquePointer()); scratch != buffers.end())
        group->setAttr("tenon.scratch_offset", b.getI64IntegerAttr(scratch->second.offset));
    }
    function->setAttr("tenon.arena_bytes", b.getI64IntegerAttr(arenaBytes));
  }

  func::FuncOp function;
  ModelOp model;
  llvm::MapVector<Operation *, std::pair<int64_t, int64_t>> steps;
  SmallVector<GroupOp> groups;
  SmallVector<RepeatOp> repeats;
  llvm::EquivalenceClasses<const void *> classes;
  llvm::MapVector<const void *, Buffer> buffers;
  int64_t next = 0, arenaBytes = 0;
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
