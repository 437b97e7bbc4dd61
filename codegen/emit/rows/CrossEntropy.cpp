// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of cross-entropy: one kernel for the tokens, shared over threads, one for their
// mean, which thread 0 computes in the order of the tokens, and one for the logits' gradient.
#include "Families.h"
#include "TokenLoss.h"

using namespace mlir;

namespace tenon {

static void emitTokens(TokenCrossEntropyOp op, CpuKernelBuilder &k) {
  auto type = cast<RankedTensorType>(op.getType());
  int64_t columns = cast<RankedTensorType>(op.getLogits().getType()).getShape().back();
  Value logits = k.base(op.getLogits()), targets = k.base(op.getTargets());
  auto [begin, end] = k.share(k.rows(type, 0));
  k.loop(begin, end, 1, [&](Value row) {
    Value target = k.load(targets, row, k.b.getI32Type());
    TokenLoss loss(k, logits, k.mul(row, columns), columns, target, op.getIgnore());
    k.store(loss.value(), k.resultBase(0), row);
  });
}

static void emitMean(MaskedMeanOp op, CpuKernelBuilder &k) {
  auto type = cast<RankedTensorType>(op.getX().getType());
  k.ifThen(k.less(k.shareNumber, k.index(1)), [&] {
    Value mean =
        meanLoss(k, k.base(op.getX()), 0, k.base(op.getTargets()), k.rows(type, 0), op.getIgnore());
    k.store(mean, k.resultBase(0), k.index(0));
  });
}

// Every thread counts the targets by itself, then takes its share of the tokens.
static void emitBackward(CrossEntropyBackwardOp op, CpuKernelBuilder &k) {
  auto type = cast<RankedTensorType>(op.getType());
  int64_t columns = type.getShape().back();
  Value logits = k.base(op.getLogits()), targets = k.base(op.getTargets());
  Value tokens = k.rows(type);
  Value share = shareOfToken(k, k.scalar(op.getDloss()), targets, tokens, op.getIgnore());
  auto [begin, end] = k.share(tokens);
  k.loop(begin, end, 1, [&](Value row) {
    Value target = k.load(targets, row, k.b.getI32Type()), start = k.mul(row, columns);
    TokenLoss loss(k, logits, start, columns, target, op.getIgnore());
    loss.storeGradient(share, k.resultBase(0), start);
  });
}

LogicalResult emitCrossEntropy(GroupOp group, CpuKernelBuilder &k) {
  for (Operation &op : group.getBody().front()) {
    if (auto tokens = dyn_cast<TokenCrossEntropyOp>(op))
      emitTokens(tokens, k);
    if (auto mean = dyn_cast<MaskedMeanOp>(op))
      emitMean(mean, k);
    if (auto backward = dyn_cast<CrossEntropyBackwardOp>(op))
      emitBackward(backward, k);
  }
  return success();
}

} // namespace tenon
