// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The choice of a kernel family, and what is common to asking for one.
#include "Families.h"
#include "attention/Families.h"
#include "parameters/Families.h"
#include "products/Families.h"
#include "products/Gemm.h"
#include "rows/Families.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

LogicalResult emitFamily(GroupOp group, CpuKernelBuilder &k) {
  auto inOneStage = [&](LogicalResult (*emit)(GroupOp, CpuKernelBuilder &)) {
    LogicalResult result = failure();
    k.stage([&] { result = emit(group, k); });
    return result;
  };
  switch (group.getKind()) {
  case GroupKind::Embedding:
    return inOneStage(emitEmbedding);
  case GroupKind::Norm:
    return inOneStage(emitNorm);
  case GroupKind::Linear:
    return emitLinear(group, k);
  case GroupKind::Attention:
    return emitAttention(group, k);
  case GroupKind::AttentionBackward:
    return inOneStage(emitAttentionBackward);
  case GroupKind::Rows:
    return inOneStage(emitRows);
  case GroupKind::LastToken:
    return inOneStage(emitLastToken);
  case GroupKind::Shift:
    return inOneStage(emitShift);
  case GroupKind::NormBackward:
    return emitNormBackward(group, k);
  case GroupKind::EmbeddingBackward:
    return emitEmbeddingBackward(group, k);
  case GroupKind::SumLeading:
    return inOneStage(emitSumLeading);
  case GroupKind::CrossEntropy:
    return inOneStage(emitCrossEntropy);
  case GroupKind::LinearBackward:
    return emitLinearBackward(group, k);
  case GroupKind::WeightGradient:
    return emitWeightGradient(group, k);
  case GroupKind::HeadLoss:
    return emitHeadLoss(group, k);
  case GroupKind::GradientNorm:
    return emitGradientNorm(group, k);
  case GroupKind::Optimiser:
    return inOneStage(emitOptimiser);
  case GroupKind::Initialise:
    return emitInitialise(group, k);
  case GroupKind::Choice:
    return inOneStage(emitChoice);
  case GroupKind::GatheredLinear:
    return emitGatheredLinear(group, k), success();
  case GroupKind::GatheredLinearBackward:
    return emitGatheredLinearBackward(group, k), success();
  case GroupKind::GatheredWeightGradient:
    return emitGatheredWeightGradient(group, k);
  }
  llvm_unreachable("every group kind has a family");
}

int64_t scratchElements(GroupOp group) {
  if (group.getKind() == GroupKind::NormBackward)
    return normBackwardScratch(group);
  ModelOp model = enclosingModel(group);
  int64_t elements = 0;
  for (Operation &operation : group.getBody().front())
    elements +=
        llvm::TypeSwitch<Operation *, int64_t>(&operation)
            .Case([](LinearOp op) {
              return op.getNarrow() ? narrowScratch(op.getX(), op.getShape().depth) : 0;
            })
            .Case([](LinearBackwardOp op) {
              return op.getNarrow() ? narrowScratch(op.getDy(), op.getShape().columns) : 0;
            })
            .Case([](LinearBackwardWeightOp op) { return weightGradientScratch(op); })
            .Case([](EmbeddingBackwardOp op) { return embeddingBackwardScratch(op); })
            .Case([](HeadCrossEntropyOp op) { return headLossScratch(op); })
            .Case([](GradientNormOp op) { return gradientNormScratch(op); })
            .Case<AttentionOp, AttentionSavingOp>([](auto op) { return attentionScratch(op); })
            // A number each query and head.
            .Case([&](AttentionBackwardOp op) {
              return maxElements(model, cast<RankedTensorType>(op.getLse().getType()));
            })
            .Default([](Operation *op) { return gatheredScratch(op); });
  return elements;
}

} // namespace tenon
