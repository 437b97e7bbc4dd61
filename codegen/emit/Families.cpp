// The choice of a kernel family, and what is common to asking for one.
#include "Families.h"
#include "Attention.h"
#include "Gemm.h"

using namespace mlir;

namespace tenon {

LogicalResult emitFamily(GroupOp group, CpuKernelBuilder &k) {
  switch (group.getKind()) {
  case GroupKind::Embedding:
    return emitEmbedding(group, k);
  case GroupKind::Norm:
    return emitNorm(group, k);
  case GroupKind::Linear:
    return emitLinear(group, k);
  case GroupKind::Attention:
    return emitAttention(group, k);
  case GroupKind::Elementwise:
  case GroupKind::LastToken:
    return emitElementwise(group, k);
  case GroupKind::CrossEntropy:
    return emitCrossEntropy(group, k);
  case GroupKind::LinearBackward:
    return emitLinearBackward(group, k);
  case GroupKind::WeightGradient:
    return emitWeightGradient(group, k);
  case GroupKind::HeadLoss:
    return emitHeadLoss(group, k);
  default:
    return group.emitError("there is no CPU kernel for a group of kind ")
           << stringifyGroupKind(group.getKind());
  }
}

int64_t scratchElements(GroupOp group) {
  int64_t elements = 0;
  group.getBody().walk([&](LinearBackwardWeightOp op) { elements = weightGradientScratch(op); });
  group.getBody().walk([&](LinearOp op) {
    if (op.getNarrow())
      elements = narrowScratch(op.getX());
  });
  group.getBody().walk([&](LinearBackwardOp op) {
    if (op.getNarrow())
      elements = narrowScratch(op.getDy());
  });
  group.getBody().walk([&](HeadCrossEntropyOp op) { elements = headLossScratch(op); });
  group.getBody().walk([&](AttentionOp op) {
    if (op.getCacheAttr())
      return;
    ModelOp model = enclosingModel(group);
    auto type = cast<RankedTensorType>(op.getType());
    auto max = [&](unsigned i) {
      return static_cast<int64_t>(lookupDim(model, dimNames(type)[i]).getMax());
    };
    int64_t bits = max(0) * headElements(max(1), max(2)) * op.getKeptType().getIntOrFloatBitWidth();
    elements = llvm::divideCeil(bits, 32);
  });
  return elements;
}

} // namespace tenon
