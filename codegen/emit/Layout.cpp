// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weight and state layout; see Layout.h.
#include "Layout.h"
#include "AttentionCache.h"
#include "Pack.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {

int64_t layerCount(ModelOp model, std::optional<StringRef> layers) {
  return layers ? static_cast<int64_t>(lookupDim(model, *layers).getMax()) : 1;
}

namespace {
constexpr uint64_t alignment = 64; // bytes; TENON_ALIGNMENT of the runtime's ABI

/// The first use of each parameter in each form.
struct Uses {
  llvm::StringMap<Operation *> panels, rows;

  explicit Uses(ModelOp model) {
    model.walk([&](GetParamOp param) {
      for (OpOperand &use : param.getResult().getUses()) {
        bool isPanel = llvm::TypeSwitch<Operation *, bool>(use.getOwner())
                           .Case<LinearOp, LinearBackwardOp, HeadCrossEntropyOp>([&](auto product) {
                             return !product.getTransposed() && &product.getWeightMutable() == &use;
                           })
                           .Default(false);
        (isPanel ? panels : rows).try_emplace(param.getName(), use.getOwner());
      }
    });
  }
};
} // namespace

FailureOr<MemoryLayout> MemoryLayout::of(ModelOp model, const Target &target) {
  MemoryLayout layout;
  Uses uses(model);
  for (ParamOp param : model.getBody().getOps<ParamOp>()) {
    RankedTensorType type = param.getTensorType();
    uint64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
    PackedParam packed;
    packed.bytes = bytes;
    auto panel = uses.panels.find(param.getSymName());
    if (panel != uses.panels.end()) {
      if (auto row = uses.rows.find(param.getSymName()); row != uses.rows.end()) {
        InFlightDiagnostic error =
            param.emitError("parameter '")
            << param.getSymName() << "' is the weight of a linear and is also used by '"
            << row->second->getName()
            << "', which needs another memory layout; declare two parameters";
        error.attachNote(panel->second->getLoc()) << "used by a linear here";
        error.attachNote(row->second->getLoc()) << "used otherwise here";
        return failure();
      }
      packed.bytes = packedBytes(type, target);
      std::string shape = llvm::formatv("{0}x{1}{2}", type.getDimSize(0), type.getDimSize(1),
                                        type.getElementType().isBF16() ? "_bf16" : "");
      packed.packSymbol = "pack_" + shape;
      packed.unpackSymbol = "unpack_" + shape;
    }
    packed.offset = layout.weightsBytes;
    packed.stride = llvm::alignTo(packed.bytes, alignment);
    int64_t layers = layerCount(model, param.getLayers());
    layout.weightsBytes += packed.stride * layers;
    if (!param.getLayers())
      packed.stride = 0;
    layout.paramIndex[param.getSymName()] = layout.params.size();
    layout.params.push_back(packed);
  }
  for (StateOp state : model.getBody().getOps<StateOp>()) {
    PackedParam packed;
    packed.offset = layout.stateBytes;
    packed.bytes = cacheElements(state) * state.getTensorType().getElementTypeBitWidth() / 8;
    packed.stride = llvm::alignTo(packed.bytes, alignment);
    layout.stateBytes += packed.stride * layerCount(model, state.getLayers());
    layout.states[state.getSymName()] = packed;
  }
  return layout;
}

} // namespace tenon
