// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-sink-last-token: see Passes.td.
#include "Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace tenon {
#define GEN_PASS_DEF_SINKLASTTOKEN
#include "Passes.h.inc"

namespace {
/// Whether the operation computes each token of its first operand by itself.
bool isTokenwise(Operation *op) {
  return isa<LinearOp, LayerNormOp, GeluOp, ScaleOp, AddOp, ElementwiseOp, CastOp>(op) ||
         isView(op);
}

Value lastToken(OpBuilder &b, Location loc, Value x) {
  return LastTokenOp::create(b, loc, lastTokenType(cast<RankedTensorType>(x.getType())), x);
}

struct SinkThroughTokenwise : OpRewritePattern<LastTokenOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LastTokenOp op, PatternRewriter &rewriter) const override {
    Operation *producer = op.getX().getDefiningOp();
    if (!producer || !isTokenwise(producer) || !producer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "not the result of a tokenwise operation");
    // What has tokens has them behind the sequences; a parameter or a number has none.
    ArrayRef<StringAttr> tokens = dimNames(op.getX().getType()).take_front(2);
    auto hasTime = [&](Value value) {
      return llvm::is_contained(dimNames(value.getType()), tokens[1]);
    };
    auto hasTokens = [&](Value value) {
      return dimNames(value.getType()).size() > 2 &&
             dimNames(value.getType()).take_front(2) == tokens;
    };
    // Of a tensor (T, C) that is added to every sequence there is no last_token. Nothing may change
    // before this is known: a pattern that changes the IR and then fails makes the pass fail.
    for (Value operand : producer->getOperands())
      if (hasTime(operand) && !hasTokens(operand))
        return rewriter.notifyMatchFailure(op, "combines with a tensor (T, C)");
    IRMapping mapping;
    for (Value operand : producer->getOperands())
      if (hasTokens(operand))
        mapping.map(operand, lastToken(rewriter, producer->getLoc(), operand));
    Operation *clone = rewriter.clone(*producer, mapping);
    clone->getResult(0).setType(op.getType());
    rewriter.replaceOp(op, clone->getResult(0));
    rewriter.eraseOp(producer);
    return success();
  }
};

struct SinkLastToken : impl::SinkLastTokenBase<SinkLastToken> {
  using SinkLastTokenBase::SinkLastTokenBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkThroughTokenwise>(&getContext());
    // A factor of 1 stays: it copies what must not lie in two places.
    auto config = GreedyRewriteConfig().enableFolding(false);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
} // namespace tenon
