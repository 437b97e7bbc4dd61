// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Kept.h. The passes decide (passes/Vjp.cpp); this reads it off their result.
#include "Kept.h"

#include <fmt/format.h>

using namespace mlir;

namespace tenon {

namespace {
std::string lineOf(Location location) {
  auto line = location->findInstanceOf<FileLineColLoc>();
  if (!line)
    return "unknown line";
  StringRef file = line.getFilename().getValue();
  return fmt::format("{}:{}", file.substr(file.rfind('/') + 1).str(), line.getLine());
}

/// The value inside of a kernel's group that is its result `value`.
Value insideGroup(Value value) {
  auto group = value.getDefiningOp<GroupOp>();
  if (!group)
    return value;
  auto yield = cast<YieldOp>(group.getBody().front().getTerminator());
  return yield.getValues()[cast<OpResult>(value).getResultNumber()];
}

// A kept value by the operation that makes it.
std::string makerOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return "the layer's input";
  std::string name = titleOf(op);
  auto saving = dyn_cast<AttentionSavingOp>(op);
  return saving && value == saving.getLse() ? "log-sum-exp of " + name : name;
}

template <class Op>
bool holds(Operation *op) {
  return op->walk([](Op) { return WalkResult::interrupt(); }).wasInterrupted();
}

double megabytes(ModelOp model, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return static_cast<double>(maxElements(model, tensor)) * tensor.getElementTypeBitWidth() / 8e6;
}
} // namespace

std::string writeKept(func::FuncOp function) {
  std::string text;
  ModelOp model = enclosingModel(function);
  bool trains = holds<AccumulateOp>(function);
  function.walk([&](RepeatOp stack) {
    if (!stack.getStacks().empty()) {
      text += fmt::format("  layers ({}, {} times) {}:\n", stack.getLayers().str(),
                          lookupDim(model, stack.getLayers()).getMax(),
                          trains ? "keep for their backward" : "leave for layers behind them");
      auto yielded = stack.getBody().front().getTerminator()->getOperands();
      double sum = 0;
      for (auto [kept, type] : llvm::zip_equal(yielded.drop_front(stack.getInits().size()),
                                               stack.getStacks().getTypes())) {
        Value value = insideGroup(kept);
        std::string names;
        for (StringAttr name : dimNames(value.getType()))
          names += (names.empty() ? "" : ", ") + name.str();
        double size = megabytes(model, type);
        sum += size;
        text += fmt::format("    {:<32} ({}), {:.3g} MB at most, {}\n", makerOf(value), names, size,
                            lineOf(value.getLoc()));
      }
      text += fmt::format("    together {:.3g} MB at most\n", sum);
    }
    if (holds<AccumulateOp>(stack)) {
      text += "  and compute again there, rather than keep:\n";
      stack.getBody().walk([&](Operation *op) {
        if (op->hasAttr("tenon.recomputed") && !isa<GetParamOp>(op))
          text += fmt::format("    {:<32} {}\n", titleOf(op), lineOf(op->getLoc()));
      });
    }
  });
  return text;
}

} // namespace tenon
