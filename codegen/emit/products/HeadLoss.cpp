// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of the head in training: logits, cross-entropy and the gradients of both, a few
// hundred tokens at a time, so that (B, T, V) is never in memory.
#include "Families.h"
#include "Gemm.h"
#include "rows/TokenLoss.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

// Tokens at a time: so many logits of GPT-2's vocabulary are 100 MB; the head's weight and its
// gradient are read and written once for them.
static constexpr int64_t chunkTokens = 512;

namespace {
/// Floats of the scratch memory: logits, what OuterProduct lays out, tokens' losses, rounded
/// factors.
struct HeadScratch {
  int64_t outer, losses, narrow, total;

  HeadScratch(HeadCrossEntropyOp op, ModelOp model) {
    auto weight = cast<RankedTensorType>(op.getWeight().getType());
    auto targets = cast<RankedTensorType>(op.getTargets().getType());
    int64_t vocabulary = weight.getDimSize(op.getTransposed() ? 0 : 1);
    int64_t tokens = maxElements(model, targets);
    int64_t chunk = std::min(tokens, chunkTokens);
    outer = llvm::alignTo(chunk * vocabulary, 16);
    losses = outer + llvm::alignTo(outerProductScratch(chunk, weight.getDimSize(1)), 16);
    narrow = losses + llvm::alignTo(tokens, 16);
    int64_t widest =
        std::max(pairsOf(vocabulary),
                 pairsOf(cast<RankedTensorType>(op.getX().getType()).getShape().back()));
    total = narrow + (op.getNarrow() ? chunk * widest : 0);
  }
};

class HeadLossKernel {
public:
  HeadLossKernel(HeadCrossEntropyOp op, CpuKernelBuilder &k) : op(op), k(k), place(op, k.model) {
    auto weight = cast<RankedTensorType>(op.getWeight().getType());
    transposed = op.getTransposed();
    vocabulary = weight.getDimSize(transposed ? 0 : 1);
    channels = weight.getDimSize(transposed ? 1 : 0);
    f32 = k.b.getF32Type();
  }

  void emit() {
    targets = k.base(op.getTargets());
    Value tokens = k.rows(cast<RankedTensorType>(op.getTargets().getType()), 0);
    k.loop(k.index(0), tokens, chunkTokens, [&](Value first) {
      Value rows = k.min(k.index(chunkTokens), k.sub(tokens, first));
      emitLogits(first, rows);
      k.stage([&] {
        Value share = shareOfToken(k, k.scalar(op.getDloss()), targets, tokens, op.getIgnore());
        auto [begin, end] = k.share(rows);
        k.loop(begin, end, 1, [&](Value row) { emitToken(first, row, share); });
      });
      emitInputGradient(first, rows);
      emitWeightGradient(first, rows);
    });
    k.stage([&] {
      k.ifThen(k.less(k.shareNumber, k.index(1)), [&] {
        Value mean = meanLoss(k, k.scratch, place.losses, targets, tokens, op.getIgnore());
        k.store(mean, k.base(op.getLoss()), k.index(0));
      });
    });
  }

private:
  /// Where the rounded first factor of a product lies.
  Value narrowPlace() {
    return op.getNarrow() ? k.address(k.scratch, k.index(place.narrow), f32) : Value();
  }

  void emitLogits(Value first, Value rows) {
    using Form = PanelProduct::Form;
    PanelProduct logits{
        .k = &k,
        .depth = channels,
        .columns = vocabulary,
        .form = transposed ? Form::RowsTransposed : Form::Panels,
        .weight = k.base(op.getWeight()),
        .a = k.base(op.getX()),
        .firstRow = first,
        .partial = k.scratch,
        .narrow = narrowPlace(),
        .finish =
            [&](Value value, Value row, Value column) {
              if (op.getBias())
                value = k.addf(value, k.load(k.base(op.getBias()), column, f32, lanesOf(value)));
              k.store(value, k.scratch, k.add(k.mul(row, vocabulary), column));
            },
    };
    emitPanelProduct(logits, rows);
  }

  /// The loss of a token, and the gradient of its logits in their place.
  void emitToken(Value first, Value row, Value share) {
    Value token = k.add(first, row), start = k.mul(row, vocabulary);
    TokenLoss loss(k, k.scratch, start, vocabulary, k.load(targets, token, k.b.getI32Type()),
                   op.getIgnore());
    k.store(loss.value(), k.scratch, k.add(token, place.losses));
    loss.storeGradient(share, k.scratch, start);
  }

  void emitInputGradient(Value first, Value rows) {
    using Form = PanelProduct::Form;
    Value dx = k.base(op.getDx());
    // Row 0 of the chunk is row `first` of dx, of which so many elements lie in front.
    Value before = k.mul(first, channels);
    PanelProduct product{
        .k = &k,
        .depth = vocabulary,
        .columns = channels,
        .form = transposed ? Form::Rows : Form::PanelsTransposed,
        .weight = k.base(op.getWeight()),
        .a = k.scratch,
        .firstRow = k.index(0),
        .partial = k.address(dx, before, f32),
        .narrow = narrowPlace(),
        .finish =
            [&](Value value, Value row, Value column) {
              k.store(value, dx, k.add(before, k.add(k.mul(row, channels), column)));
            },
    };
    emitPanelProduct(product, rows);
  }

  void emitWeightGradient(Value first, Value rows) {
    // Later chunks add to what the first one began.
    auto accumulate = [&](Value sum) {
      Accumulation own(k, accumulationOf(sum));
      Value later = k.less(k.index(0), first);
      return Accumulation(own.base, arith::OrIOp::create(k.b, k.loc, own.keeps, later));
    };
    Value x = k.address(k.base(op.getX()), k.mul(first, channels), f32);
    OuterProduct product{
        .k = &k,
        .a = transposed ? k.scratch : x,
        .rowsOut = transposed ? vocabulary : channels,
        .b = transposed ? x : k.scratch,
        .columns = transposed ? channels : vocabulary,
        .gradient = [&] { return accumulate(op.getDweight()); },
        .panels = !transposed,
        .scratchOffset = place.outer,
        .narrow = op.getNarrow(),
    };
    if (op.getDbias())
      product.columnSums = [&] { return accumulate(op.getDbias()); };
    emitOuterProduct(product, rows);
  }

  HeadCrossEntropyOp op;
  CpuKernelBuilder &k;
  HeadScratch place;
  bool transposed;
  int64_t vocabulary, channels;
  Type f32;
  Value targets;
};
} // namespace

int64_t headLossScratch(HeadCrossEntropyOp op) { return HeadScratch(op, enclosingModel(op)).total; }

LogicalResult emitHeadLoss(GroupOp group, CpuKernelBuilder &k) {
  auto op = *group.getBody().front().getOps<HeadCrossEntropyOp>().begin();
  HeadLossKernel(op, k).emit();
  return success();
}

} // namespace tenon
