// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weight and state layout; see Layout.h.
#include "Layout.h"
#include "AttentionCache.h"
#include "Pack.h"
#include "Sizes.h"

#include "tenon/runtime/abi.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tenon {

int64_t layerCount(ModelOp model, std::optional<StringRef> layers) {
  return layers ? static_cast<int64_t>(lookupDim(model, *layers).getMax()) : 1;
}

namespace {
/// Gives `packed` its place behind what is there, for each layer. False where that is more than can
/// be addressed.
bool append(PackedParam &packed, int64_t layers, uint64_t &bytes) {
  packed.offset = bytes;
  packed.stride = llvm::alignTo(packed.bytes, TENON_ALIGNMENT);
  bytes = llvm::SaturatingMultiplyAdd<uint64_t>(packed.stride, layers, bytes);
  return packed.bytes <= mostBytes && bytes <= mostBytes;
}

/// A use of a parameter, and K where that is in panels; 0 where it is row-major.
struct Use {
  Operation *op;
  int64_t depth;

  explicit Use(OpOperand &use) : op(use.getOwner()), depth(0) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<LinearOp, LinearBackwardOp>([&](auto product) {
          if (!product.getTransposed() && &product.getWeightMutable() == &use)
            depth = product.getShape().depth;
        })
        .Case([&](HeadCrossEntropyOp head) {
          if (!head.getTransposed() && &head.getWeightMutable() == &use)
            depth = head.getWeight().getType().getDimSize(0);
        });
  }
};

/// The first use of each parameter, and the first that needs it in another form than that.
struct Uses {
  llvm::StringMap<Use> first, other;

  explicit Uses(ModelOp model) {
    model.walk([&](GetParamOp param) {
      for (OpOperand &operand : param.getResult().getUses()) {
        Use use(operand), known = first.try_emplace(param.getName(), use).first->second;
        if (use.depth != known.depth)
          other.try_emplace(param.getName(), use);
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
    auto tooLarge = [&](uint64_t bytes) {
      return param.emitError("parameter '")
             << param.getSymName() << "' and those before it take "
             << (bytes == UINT64_MAX ? "more than " : "") << bytes
             << " bytes, a process can address " << mostBytes << "; lower its dimensions";
    };
    PackedParam packed;
    packed.bytes = greatestBytes(model, type);
    if (packed.bytes > mostBytes)
      return tooLarge(packed.bytes);
    auto use = uses.first.find(param.getSymName());
    if (auto other = uses.other.find(param.getSymName()); other != uses.other.end()) {
      // The product first, whichever comes first.
      Use product = use->second, second = other->second;
      if (product.depth == 0)
        std::swap(product, second);
      InFlightDiagnostic error =
          param.emitError("parameter '")
          << param.getSymName() << "' is the weight of a linear and is also used by '"
          << second.op->getName() << "', which needs another memory layout; declare two parameters";
      error.attachNote(product.op->getLoc()) << "used by a linear here";
      error.attachNote(second.op->getLoc()) << "used otherwise here";
      return failure();
    }
    if (use != uses.first.end() && use->second.depth != 0) {
      if (param.isStoredInParts()) {
        InFlightDiagnostic error =
            param.emitError("parameter '")
            << param.getSymName()
            << "' is stored as several tensors, and a linear needs it in panels of all of them; "
               "let its parts be chosen by gather, or store it as one";
        error.attachNote(use->second.op->getLoc()) << "used by a linear here";
        return failure();
      }
      packed.depth = use->second.depth;
      packed.columns = type.getNumElements() / packed.depth;
      packed.bytes = packedBytes(packed.depth, packed.columns, type.getElementType(), target);
      std::string shape = llvm::formatv("{0}x{1}{2}", packed.depth, packed.columns,
                                        type.getElementType().isBF16() ? "_bf16" : "");
      packed.packSymbol = "pack_" + shape;
      packed.unpackSymbol = "unpack_" + shape;
    }
    if (!append(packed, layerCount(model, param.getLayers()), layout.weightsBytes))
      return tooLarge(layout.weightsBytes);
    if (!param.getLayers())
      packed.stride = 0;
    layout.paramIndex[param.getSymName()] = layout.params.size();
    layout.params.push_back(packed);
  }
  for (StateOp state : model.getBody().getOps<StateOp>()) {
    PackedParam packed;
    RankedTensorType type = state.getTensorType();
    packed.bytes = greatestBytes(model, type) > mostBytes
                       ? UINT64_MAX
                       : cacheElements(state) * type.getElementTypeBitWidth() / 8;
    if (packed.bytes > mostBytes ||
        !append(packed, layerCount(model, state.getLayers()), layout.stateBytes))
      return state.emitError("state '")
             << state.getSymName() << "' and those before it take more than the " << mostBytes
             << " bytes that a process can address; lower the greatest sizes of its dimensions";
    layout.states[state.getSymName()] = packed;
  }
  return layout;
}

bool MemoryLayout::isPanel(StringAttr param) const {
  return !params[paramIndex.lookup(param)].packSymbol.empty();
}

int64_t MemoryLayout::paramBytes(ModelOp model, StringAttr param) const {
  auto op = cast<ParamOp>(SymbolTable::lookupSymbolIn(model, param));
  return llvm::alignTo(params[paramIndex.lookup(param)].bytes, TENON_ALIGNMENT) *
         layerCount(model, op.getLayers());
}

} // namespace tenon
