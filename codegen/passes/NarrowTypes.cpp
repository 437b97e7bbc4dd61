// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-narrow-types: see Passes.td.
#include "Passes.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_NARROWTYPES
#include "Passes.h.inc"

namespace {
/// Whether a use of a parameter is one whose kernels read bf16: a product's weight, a table.
bool readsBf16(OpOperand &use) {
  if (auto linear = dyn_cast<LinearOp>(use.getOwner()))
    return use.get() == linear.getWeight() && use.get() != linear.getBias();
  if (auto gathered = dyn_cast<GatheredLinearOp>(use.getOwner()))
    return use.get() == gathered.getWeight();
  // What indices of the model's own choose from are biases, which stay as those of products do.
  auto embedding = dyn_cast<EmbeddingOp>(use.getOwner());
  return embedding && use.get() == embedding.getTable() &&
         !embedding.getIds().getDefiningOp<TopKOp>();
}

RankedTensorType narrowed(Type type) {
  return cast<RankedTensorType>(type).clone(BFloat16Type::get(type.getContext()));
}

bool isF32(Type type) { return cast<RankedTensorType>(type).getElementType().isF32(); }

/// Narrows the parameters of f32 that are read as matrices and tables only; returns how many.
unsigned narrowParams(ModelOp model) {
  llvm::StringMap<SmallVector<GetParamOp>> reads;
  model.walk([&](GetParamOp op) { reads[op.getName()].push_back(op); });
  unsigned count = 0;
  for (ParamOp param : model.getBody().getOps<ParamOp>()) {
    const SmallVector<GetParamOp> &own = reads[param.getSymName()];
    bool fits =
        !own.empty() && isF32(param.getTensorType()) &&
        llvm::all_of(own, [](GetParamOp op) { return llvm::all_of(op->getUses(), readsBf16); });
    if (!fits)
      continue;
    ++count;
    param.setType(narrowed(param.getTensorType()));
    for (GetParamOp op : own)
      op.getResult().setType(narrowed(op.getType()));
  }
  return count;
}

/// Rounds what a product with a narrow weight reads: once a value, before its first product.
void castOperands(Block &block) {
  llvm::DenseMap<Value, Value> casts;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        castOperands(inner);
    if (!isa<LinearOp, GatheredLinearOp>(op)) // x and the weight are their first operands
      continue;
    Value x = op.getOperand(0), weight = op.getOperand(1);
    if (!isF32(x.getType()) || isF32(weight.getType()))
      continue;
    Value &narrow = casts[x];
    if (!narrow) {
      OpBuilder b(&op);
      narrow = CastOp::create(b, op.getLoc(), narrowed(x.getType()), x);
    }
    op.setOperand(0, narrow);
  }
}

/// Rows of earlier tokens stay what they are: what reads them reads those of the call too.
void narrowCaches(ModelOp model) {
  Type bf16 = BFloat16Type::get(model.getContext());
  for (StateOp state : model.getBody().getOps<StateOp>())
    if (state.getKind() == StateKind::KvCache && isF32(state.getTensorType()))
      state.setType(narrowed(state.getTensorType()));
  model.walk([&](AttentionOp op) {
    if (op.getCacheAttr() && op.getKeptType().isF32())
      op.setKeepsAttr(TypeAttr::get(bf16));
  });
}

struct NarrowTypes : impl::NarrowTypesBase<NarrowTypes> {
  using NarrowTypesBase::NarrowTypesBase;

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>()) {
      if (narrowParams(model) == 0) {
        model.emitError("model '") << model.getSymName()
                                   << "' has no matrix or table of f32 to compute in bf16; compile "
                                      "it without --compute bf16";
        return signalPassFailure();
      }
      for (func::FuncOp function : model.getBody().getOps<func::FuncOp>())
        castOperands(function.getBody().front());
      narrowCaches(model);
    }
  }
};
} // namespace
} // namespace tenon
