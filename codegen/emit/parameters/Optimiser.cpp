// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of the optimisers: every parameter of an entry in one kernel, element by
// element over the memory of all its layers. Padding is 0 and stays so.
#include "Families.h"
#include "FlatShare.h"
#include "memory/Layout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace tenon {

namespace {
/// What an optimiser's operands come to, once a thread: in f64, and rounded to f32 where elements
/// meet them.
struct Factors {
  CpuKernelBuilder &k;

  Value widen(Value x) { return arith::ExtFOp::create(k.b, k.loc, k.b.getF64Type(), x); }
  Value number(double value) {
    return arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(value));
  }
  /// In all lanes.
  Value lanes(Value x) {
    Value narrow = arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), x);
    return k.broadcast(narrow, k.target.lanes);
  }
  /// beta^(step + 1), by repeated squaring.
  Value power(Value beta, Value step) {
    auto i64 = k.b.getI64Type();
    auto whole = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(k.b, k.loc, k.b.getI64IntegerAttr(value));
    };
    Value wide = arith::ExtSIOp::create(k.b, k.loc, i64, step);
    Value count = arith::AddIOp::create(k.b, k.loc, wide, whole(1));
    SmallVector<Value> begin = {number(1), beta, count};
    auto bits = k.loop(k.index(0), k.index(32), k.index(1), begin, [&](Value, ValueRange old) {
      Value bit = arith::AndIOp::create(k.b, k.loc, old[2], whole(1));
      Value isSet = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, bit, whole(0));
      Value product = k.mulf(old[0], old[1]);
      Value result = arith::SelectOp::create(k.b, k.loc, isSet, product, old[0]);
      Value square = k.mulf(old[1], old[1]);
      Value rest = arith::ShRUIOp::create(k.b, k.loc, old[2], whole(1));
      return KernelBuilder::Values{result, square, rest};
    });
    return bits[0];
  }
};

/// AdamW as m' = beta1 m + (1 - beta1) g, v' = beta2 v + (1 - beta2) g^2 and p' = p - (decay p +
/// rate m' / (root sqrt(v') + epsilon)), rate = learning_rate / (1 - beta1^t), root = 1 / sqrt(1 -
/// beta2^t): a root and a quotient an element, which hide behind memory.
struct Adamw {
  Value factor, beta1, rest1, beta2, rest2, root, epsilon, rate, decay;

  Adamw(CpuKernelBuilder &k, AdamwOp op) {
    Factors f{k};
    Value step = k.scalar(op.getStep()), one = f.number(1);
    Value b1 = f.widen(k.scalar(op.getBeta1())), b2 = f.widen(k.scalar(op.getBeta2()));
    Value learning = f.widen(k.scalar(op.getLearningRate()));
    factor = f.lanes(f.widen(k.scalar(op.getFactor())));
    beta1 = f.lanes(b1);
    rest1 = f.lanes(k.subf(one, b1));
    beta2 = f.lanes(b2);
    rest2 = f.lanes(k.subf(one, b2));
    rate = f.lanes(k.divf(learning, k.subf(one, f.power(b1, step))));
    Value correction = k.subf(one, f.power(b2, step));
    Value squareRoot = math::SqrtOp::create(k.b, k.loc, correction);
    root = f.lanes(k.divf(one, squareRoot));
    // Keeps 0 / 0 away from padding, and from what never had a gradient.
    Value given = f.widen(k.scalar(op.getEpsilon())), least = f.number(0x1p-126);
    Value below = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OLT, given, least);
    Value limited = arith::SelectOp::create(k.b, k.loc, below, least, given);
    epsilon = f.lanes(limited);
    decay = f.lanes(k.mulf(learning, f.widen(k.scalar(op.getWeightDecay()))));
  }
};

/// p' = p - (rate g + decay p), rate = learning_rate factor.
struct Sgd {
  Value rate, decay;

  Sgd(CpuKernelBuilder &k, SgdOp op) {
    Factors f{k};
    Value learning = f.widen(k.scalar(op.getLearningRate()));
    rate = f.lanes(k.mulf(learning, f.widen(k.scalar(op.getFactor()))));
    decay = f.lanes(k.mulf(learning, f.widen(k.scalar(op.getWeightDecay()))));
  }
};

void update(CpuKernelBuilder &k, AdamwOp op, const Adamw &a, Value at) {
  StringAttr name = op.getNameAttr().getAttr();
  Value first = k.moments1.lookup(name), second = k.moments2.lookup(name);
  Value param = k.symbols.lookup(name);
  unsigned lanes = k.target.lanes;
  Type f32 = k.b.getF32Type();
  Value g = k.mulf(k.load(k.gradients.lookup(name), at, f32, lanes), a.factor);
  Value m = k.load(first, at, f32, lanes), v = k.load(second, at, f32, lanes);
  Value p = k.load(param, at, f32, lanes);
  Value part = k.mulf(a.rest1, g), square = k.mulf(k.mulf(a.rest2, g), g);
  m = k.fma(a.beta1, m, part);
  v = k.fma(a.beta2, v, square);
  Value deviation = math::SqrtOp::create(k.b, k.loc, v);
  Value below = k.fma(deviation, a.root, a.epsilon);
  Value change = k.mulf(a.rate, k.divf(m, below));
  if (op.getDecays())
    change = k.fma(a.decay, p, change);
  k.store(m, first, at);
  k.store(v, second, at);
  k.store(k.subf(p, change), param, at);
}

void update(CpuKernelBuilder &k, SgdOp op, const Sgd &a, Value at) {
  StringAttr name = op.getNameAttr().getAttr();
  Value param = k.symbols.lookup(name);
  unsigned lanes = k.target.lanes;
  Value g = k.load(k.gradients.lookup(name), at, k.b.getF32Type(), lanes);
  Value p = k.load(param, at, k.b.getF32Type(), lanes);
  Value change = k.mulf(a.rate, g);
  if (op.getDecays())
    change = k.fma(a.decay, p, change);
  k.store(k.subf(p, change), param, at);
}

/// What operations with the same operands share.
template <class Op, class Numbers>
class Shared {
public:
  const Numbers &of(CpuKernelBuilder &k, Op op) {
    if (!numbers || !llvm::equal(last->getOperands(), op->getOperands()))
      numbers.emplace(k, op);
    last = op;
    return *numbers;
  }

private:
  std::optional<Numbers> numbers;
  Op last;
};
} // namespace

LogicalResult emitOptimiser(GroupOp group, CpuKernelBuilder &k) {
  SmallVector<Operation *> ops;
  SmallVector<int64_t> lines;
  for (Operation &op : group.getBody().front())
    if (isa<AdamwOp, SgdOp>(op)) {
      auto name = op.getAttrOfType<FlatSymbolRefAttr>("name").getAttr();
      ops.push_back(&op);
      lines.push_back(k.layout->paramBytes(k.model, name) / (lineElements * 4));
    }
  Shared<AdamwOp, Adamw> adamw;
  Shared<SgdOp, Sgd> sgd;
  shareAll(k, lines, [&](unsigned i, Value begin, Value end) {
    auto emit = [&](auto op, const auto &numbers) {
      k.loop(begin, end, 1, [&](Value line) {
        for (int64_t j = 0; j < lineElements; j += k.target.lanes)
          update(k, op, numbers, k.add(k.mul(line, lineElements), j));
      });
    };
    if (auto op = dyn_cast<AdamwOp>(ops[i]))
      emit(op, adamw.of(k, op));
    else
      emit(cast<SgdOp>(ops[i]), sgd.of(k, cast<SgdOp>(ops[i])));
  });
  return success();
}

} // namespace tenon
