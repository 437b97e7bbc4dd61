// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of the norm of all gradients, with the factor that clips them.
#include "Families.h"
#include "FlatShare.h"
#include "memory/Layout.h"
#include "memory/Pack.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace tenon {

/// Lines that one thread sums up at a stretch: 64 KiB, so that the sums do not depend on the number
/// of threads and there are few of them.
constexpr int64_t chunkLines = 1024;

static int64_t chunksOf(int64_t bytes) {
  return llvm::divideCeil(bytes, chunkLines * lineElements * 4);
}

int64_t gradientNormScratch(GradientNormOp op) {
  ModelOp model = enclosingModel(op);
  int64_t chunks = 0;
  for (auto name : op.getNames().getAsRange<FlatSymbolRefAttr>()) {
    auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model, name));
    RankedTensorType type = param.getTensorType();
    int64_t bytes = type.getNumElements() * 4;
    // In panels, wherever a product divides its dimensions into K and N.
    int64_t depth = 1;
    for (int64_t size : type.getShape().drop_back()) {
      depth *= size;
      for (const Target &target : cpuTargets())
        bytes = std::max(bytes, packedBytes(depth, type.getNumElements() / depth,
                                            type.getElementType(), target));
    }
    chunks += chunksOf(llvm::alignTo(bytes, 64) * layerCount(model, param.getLayers()));
  }
  return 2 * chunks; // f64
}

/// Sum of squares in f64 of the lines [begin, end): four vectors of partial sums, then their lanes,
/// by one fixed tree. In f64 because squares of f32 neither overflow nor vanish there, and because
/// memory is slower than the conversion.
static Value sumOfSquares(CpuKernelBuilder &k, Value base, Value begin, Value end) {
  constexpr int64_t sums = 4;
  unsigned lanes = k.target.lanes;
  Type wide = k.vectorType(k.b.getF64Type(), lanes);
  auto add = [&](Value sum, Value at, int64_t vector) {
    Value x = k.load(base, k.add(at, vector * lanes), k.b.getF32Type(), lanes);
    Value widened = arith::ExtFOp::create(k.b, k.loc, wide, x);
    return k.fma(widened, widened, sum);
  };
  SmallVector<Value> zeros(sums, arith::ConstantOp::create(k.b, k.loc, k.b.getZeroAttr(wide)));
  int64_t step = sums * lanes / lineElements, perLine = lineElements / lanes;
  Value whole = k.sub(end, k.rem(k.sub(end, begin), k.index(step)));
  auto many = k.loop(begin, whole, k.index(step), zeros, [&](Value line, ValueRange old) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < sums; ++i)
      next.push_back(add(old[i], k.mul(line, lineElements), i));
    return next;
  });
  if (step > 1)
    many = k.loop(whole, end, k.index(1), many, [&](Value line, ValueRange old) {
      SmallVector<Value> next(old);
      for (int64_t i = 0; i < perLine; ++i)
        next[i] = add(next[i], k.mul(line, lineElements), i);
      return next;
    });
  return k.reduceAdd(k.sumTree(many));
}

namespace {
/// Numbers in f64, in share 0 alone.
struct Wide {
  CpuKernelBuilder &k;

  Value number(double value) {
    return arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(value));
  }
  Value widen(Value x) { return arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(), x); }
  void store(Value x, Value result) {
    if (Value base = k.base(result)) {
      Value narrow = arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), x);
      k.store(narrow, base, k.index(0));
    }
  }
  /// min(1, max / (norm + 1e-6)) where max > 0, else 1; NaN of a norm that is NaN.
  Value clip(Value norm, Value max) {
    Value factor = k.divf(max, k.addf(norm, number(1e-6)));
    Value one = number(1);
    Value clips = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OGT, max, number(0));
    Value isLess = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::ULT, factor, one);
    Value both = arith::AndIOp::create(k.b, k.loc, clips, isLess);
    return arith::SelectOp::create(k.b, k.loc, both, factor, one);
  }
};
} // namespace

LogicalResult emitGradientNorm(GroupOp group, CpuKernelBuilder &k) {
  GradientNormOp norm;
  ClipFactorOp clip;
  for (Operation &op : group.getBody().front()) {
    if (auto found = dyn_cast<GradientNormOp>(op))
      norm = found;
    if (auto found = dyn_cast<ClipFactorOp>(op))
      clip = found;
  }
  int64_t chunks = 0;
  if (norm) {
    SmallVector<Value> gradients;
    SmallVector<int64_t> lines, counts, firsts;
    for (auto name : norm.getNames().getAsRange<FlatSymbolRefAttr>()) {
      int64_t bytes = k.layout->paramBytes(k.model, name.getAttr());
      gradients.push_back(k.gradients.lookup(name.getAttr()));
      lines.push_back(bytes / (lineElements * 4));
      counts.push_back(chunksOf(bytes));
      firsts.push_back(chunks);
      chunks += counts.back();
    }
    k.stage([&] {
      shareAll(k, counts, [&](unsigned i, Value begin, Value end) {
        k.loop(begin, end, 1, [&](Value chunk) {
          Value first = k.mul(chunk, chunkLines);
          Value last = k.min(k.add(first, chunkLines), k.index(lines[i]));
          Value sum = sumOfSquares(k, gradients[i], first, last);
          k.store(sum, k.scratch, k.add(chunk, firsts[i]));
        });
      });
    });
  }
  auto combine = [&] {
    Wide wide{k};
    Value value;
    if (norm) {
      Value sum = k.loop(k.index(0), k.index(chunks), k.index(1), wide.number(0),
                         [&](Value chunk, ValueRange old) {
                           Value part = k.load(k.scratch, chunk, k.b.getF64Type());
                           return KernelBuilder::Values{k.addf(old[0], part)};
                         })[0];
      value = math::SqrtOp::create(k.b, k.loc, sum);
      wide.store(value, norm.getResult());
    } else {
      value = wide.widen(k.scalar(clip.getNorm()));
    }
    if (clip)
      wide.store(wide.clip(value, wide.widen(k.scalar(clip.getMax()))), clip.getResult());
  };
  k.stage([&] { k.ifThen(k.less(k.shareNumber, k.index(1)), combine); });
  return success();
}

} // namespace tenon
