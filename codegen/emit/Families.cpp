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
  case GroupKind::AttentionBackward:
    return emitAttentionBackward(group, k);
  case GroupKind::Elementwise:
  case GroupKind::LastToken:
    return emitElementwise(group, k);
  case GroupKind::NormBackward:
    return emitNormBackward(group, k);
  case GroupKind::EmbeddingBackward:
    return emitEmbeddingBackward(group, k);
  case GroupKind::SumLeading:
    return emitSumLeading(group, k);
  case GroupKind::CrossEntropy:
    return emitCrossEntropy(group, k);
  case GroupKind::LinearBackward:
    return emitLinearBackward(group, k);
  case GroupKind::WeightGradient:
    return emitWeightGradient(group, k);
  case GroupKind::HeadLoss:
    return emitHeadLoss(group, k);
  case GroupKind::GradientNorm:
    return emitGradientNorm(group, k);
  case GroupKind::Optimiser:
    return emitOptimiser(group, k);
  case GroupKind::Initialise:
    return emitInitialise(group, k);
  default:
    return group.emitError("there is no CPU kernel for a group of kind ")
           << stringifyGroupKind(group.getKind());
  }
}

/// Floats that hold the keys and values of an attention without a cache.
static int64_t keptElements(ModelOp model, Type result, Type kept) {
  ArrayRef<StringAttr> names = dimNames(result);
  auto max = [&](unsigned i) { return static_cast<int64_t>(lookupDim(model, names[i]).getMax()); };
  int64_t elements = max(0) * headElements(max(1), max(2));
  return llvm::divideCeil(elements * kept.getIntOrFloatBitWidth(), 32);
}

int64_t scratchElements(GroupOp group) {
  if (group.getKind() == GroupKind::NormBackward)
    return normBackwardScratch(group);
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
  ModelOp model = enclosingModel(group);
  group.getBody().walk([&](GradientNormOp op) { elements = gradientNormScratch(op); });
  group.getBody().walk([&](AttentionOp op) {
    if (!op.getCacheAttr())
      elements = keptElements(model, op.getType(), op.getKeptType());
  });
  group.getBody().walk([&](AttentionSavingOp op) {
    elements = keptElements(model, op.getResult().getType(), Float32Type::get(group.getContext()));
  });
  // A number each query and head.
  group.getBody().walk([&](AttentionBackwardOp op) {
    elements = maxElements(model, cast<RankedTensorType>(op.getLse().getType()));
  });
  return elements;
}

} // namespace tenon
