// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernel signatures; see Signature.h.
#include "Signature.h"
#include "Families.h"

#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

KernelSignature KernelSignature::of(GroupOp group) {
  ModelOp model = enclosingModel(group);
  KernelSignature signature;
  auto add = [&](KernelBuffer::Source source, Value value, StringAttr symbol,
                 RankedTensorType type) {
    signature.buffers.push_back(
        {source, value, symbol, type, maxElements(model, type), type.getElementType()});
  };

  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(group.getBody(), captured);
  for (Value value : captured)
    add(KernelBuffer::Source::Value, value, {}, cast<RankedTensorType>(value.getType()));

  using Source = KernelBuffer::Source;
  llvm::SetVector<std::pair<Source, StringAttr>> seen;
  auto addParam = [&](ArrayRef<Source> sources, FlatSymbolRefAttr name) {
    auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model, name));
    for (Source source : sources)
      if (seen.insert({source, name.getAttr()}))
        add(source, {}, name.getAttr(), param.getTensorType());
  };
  group.getBody().walk([&](Operation *operation) {
    llvm::TypeSwitch<Operation *>(operation)
        .Case([&](GetParamOp op) { addParam({Source::Param}, op.getNameAttr()); })
        .Case([&](AccumulateOp op) { addParam({Source::Gradient}, op.getNameAttr()); })
        .Case([&](GradientNormOp op) {
          for (auto name : op.getNames().getAsRange<FlatSymbolRefAttr>())
            addParam({Source::Gradient}, name);
        })
        .Case([&](SgdOp op) { addParam({Source::Param, Source::Gradient}, op.getNameAttr()); })
        .Case<AdamwOp, InitialiseOp>([&](auto op) {
          addParam({Source::Param, Source::Gradient, Source::Moment1, Source::Moment2},
                   op.getNameAttr());
        });
  });
  group.getBody().walk([&](Operation *op) {
    StateOp state = cacheOf(op);
    if (state && seen.insert({Source::State, state.getSymNameAttr()})) {
      RankedTensorType type = state.getTensorType();
      int64_t tensors = state.getKind() == StateKind::KvCache ? 2 : 1; // keys and values
      signature.buffers.push_back({Source::State,
                                   {},
                                   state.getSymNameAttr(),
                                   type,
                                   tensors * maxElements(model, type),
                                   type.getElementType()});
    }
  });
  for (Value result : group.getResults())
    add(KernelBuffer::Source::Result, result, {}, cast<RankedTensorType>(result.getType()));
  if (int64_t elements = scratchElements(group))
    signature.buffers.push_back({KernelBuffer::Source::Scratch,
                                 {},
                                 {},
                                 {},
                                 elements,
                                 Float32Type::get(group.getContext())});

  for (DimOp dim : model.getBody().getOps<DimOp>())
    if (!dim.isStatic())
      signature.dims.push_back(dim);
  return signature;
}

} // namespace tenon
