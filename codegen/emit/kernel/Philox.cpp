// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Philox.h.
#include "Philox.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

namespace {
// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
constexpr uint32_t multipliers[] = {0xD2511F53, 0xCD9E8D57};
constexpr uint32_t keySteps[] = {0x9E3779B9, 0xBB67AE85};
constexpr int rounds = 10;

/// Arithmetic on `count` counters in lanes of 64 bits, of which the low 32 count. What the upper
/// ones hold is left open, so that a product gives both of its halves at once.
struct Counters {
  KernelBuilder &k;
  unsigned count;

  Type type() { return k.vectorType(k.b.getI64Type(), count); }
  Value constant(uint64_t value) {
    auto attribute = k.b.getI64IntegerAttr(static_cast<int64_t>(value));
    if (count == 1)
      return arith::ConstantOp::create(k.b, k.loc, attribute);
    return arith::ConstantOp::create(
        k.b, k.loc, DenseElementsAttr::get(cast<VectorType>(type()), attribute.getValue()));
  }
  /// An i32 in all lanes.
  Value all(Value word) {
    Value wide = arith::ExtUIOp::create(k.b, k.loc, k.b.getI64Type(), word);
    return k.broadcast(wide, count);
  }
  /// 0, 1, 2 ...
  Value step() {
    if (count == 1)
      return constant(0);
    SmallVector<int64_t> numbers = llvm::to_vector(llvm::seq<int64_t>(0, count));
    return arith::ConstantOp::create(
        k.b, k.loc, DenseElementsAttr::get(cast<VectorType>(type()), ArrayRef<int64_t>(numbers)));
  }
  Value plus(Value x, Value y) { return arith::AddIOp::create(k.b, k.loc, x, y); }
  Value exclusiveOr(Value x, Value y) { return arith::XOrIOp::create(k.b, k.loc, x, y); }
  Value both(Value x, Value y) { return arith::AndIOp::create(k.b, k.loc, x, y); }
  Value low(Value x) { return both(x, constant(UINT32_MAX)); }
  Value right(Value x, unsigned by) { return arith::ShRUIOp::create(k.b, k.loc, x, constant(by)); }
  Value product(Value x, uint32_t factor) {
    return arith::MulIOp::create(k.b, k.loc, low(x), constant(factor));
  }
  /// Low words of x, and of y above them: neighbours in memory.
  Value pair(Value x, Value y) {
    Value above = arith::ShLIOp::create(k.b, k.loc, y, constant(32));
    return arith::OrIOp::create(k.b, k.loc, low(x), above);
  }
  Value choose(Value bit, Value yes, Value no) {
    Value isSet = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, bit, constant(0));
    return arith::SelectOp::create(k.b, k.loc, isSet, yes, no);
  }
};

/// The four words of each counter.
std::array<Value, 4> words(Counters c, const PhiloxStream &stream, Value counter) {
  Value layer = c.all(stream.layer);
  if (!stream.isShort) {
    Value above = c.right(counter, 32);
    layer = c.plus(layer, stream.layers == 1 ? above : c.product(above, stream.layers));
  }
  std::array<Value, 4> x = {counter, layer, c.constant(stream.stream), c.all(stream.step)};
  Value seed = c.all(stream.seed);
  uint32_t step0 = 0, key1 = stream.purpose;
  for (int round = 0; round < rounds; ++round) {
    Value key0 = c.plus(seed, c.constant(step0));
    Value product0 = c.product(x[0], multipliers[0]), product1 = c.product(x[2], multipliers[1]);
    Value high1 = c.exclusiveOr(c.right(product1, 32), x[1]);
    Value high0 = c.exclusiveOr(c.right(product0, 32), x[3]);
    x = {c.exclusiveOr(high1, key0), product1, c.exclusiveOr(high0, c.constant(key1)), product0};
    step0 += keySteps[0];
    key1 += keySteps[1];
  }
  return x;
}
} // namespace

Value emitPhilox(KernelBuilder &k, const PhiloxStream &stream, Value first, unsigned lanes,
                 bool aligned) {
  Value start = arith::IndexCastOp::create(k.b, k.loc, k.b.getI64Type(), first);
  if (!aligned) {
    Counters c{k, lanes};
    Value element = c.plus(k.broadcast(start, lanes), c.step());
    std::array<Value, 4> x = words(c, stream, c.right(element, 2));
    Value odd = c.both(element, c.constant(1)), upper = c.both(element, c.constant(2));
    Value low = c.choose(odd, x[1], x[0]), high = c.choose(odd, x[3], x[2]);
    return arith::TruncIOp::create(k.b, k.loc, k.vectorType(k.b.getI32Type(), lanes),
                                   c.choose(upper, high, low));
  }
  Counters c{k, lanes / 4};
  Value two = arith::ConstantOp::create(k.b, k.loc, k.b.getI64IntegerAttr(2));
  Value counter = arith::ShRUIOp::create(k.b, k.loc, start, two);
  std::array<Value, 4> x = words(c, stream, c.plus(k.broadcast(counter, c.count), c.step()));
  Value front = c.pair(x[0], x[1]), back = c.pair(x[2], x[3]), pairs;
  if (c.count == 1) {
    Type two64 = VectorType::get({2}, k.b.getI64Type());
    pairs = vector::FromElementsOp::create(k.b, k.loc, two64, ValueRange{front, back});
  } else {
    pairs = vector::InterleaveOp::create(k.b, k.loc, front, back);
  }
  return vector::BitCastOp::create(k.b, k.loc,
                                   cast<VectorType>(k.vectorType(k.b.getI32Type(), lanes)), pairs);
}

} // namespace tenon
