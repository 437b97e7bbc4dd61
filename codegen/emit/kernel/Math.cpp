// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elementary functions in arithmetic. Coefficients are minimax fits in double precision (weighted
// least squares, Lawson's method), rounded to f32; the fitted errors stand beside them.
#include "Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace tenon {

namespace {
/// Shorthand for code on one number of lanes.
struct Lanes {
  KernelBuilder &k;
  unsigned lanes;
  Location loc = k.loc;

  Value f(double value) { return k.splat(value, lanes); }
  Type ints() { return k.vectorType(k.b.getI32Type(), lanes); }
  Type floats() { return k.vectorType(k.b.getF32Type(), lanes); }
  Value i(int32_t value) {
    auto attribute = k.b.getI32IntegerAttr(value);
    if (lanes == 1)
      return arith::ConstantOp::create(k.b, loc, attribute);
    return arith::ConstantOp::create(
        k.b, loc, DenseElementsAttr::get(cast<VectorType>(ints()), attribute.getValue()));
  }
  Value bits(Value x) { return arith::BitcastOp::create(k.b, loc, ints(), x); }
  Value number(Value bits) { return arith::BitcastOp::create(k.b, loc, floats(), bits); }
  Value plus(Value x, Value y) { return arith::AddIOp::create(k.b, loc, x, y); }
  Value minus(Value x, Value y) { return arith::SubIOp::create(k.b, loc, x, y); }
  Value shiftLeft(Value x, int32_t by) { return arith::ShLIOp::create(k.b, loc, x, i(by)); }
  Value shiftRight(Value x, int32_t by) { return arith::ShRSIOp::create(k.b, loc, x, i(by)); }
  Value toFloat(Value x) { return arith::SIToFPOp::create(k.b, loc, floats(), x); }
  Value toInt(Value x) { return arith::FPToSIOp::create(k.b, loc, ints(), x); }
  Value minus(Value x) { return arith::NegFOp::create(k.b, loc, x); }
  Value abs(Value x) { return math::AbsFOp::create(k.b, loc, x); }
  /// `magnitude`, which is not negative, with the sign of `sign`.
  Value withSign(Value magnitude, Value sign) {
    Value signBit = arith::AndIOp::create(k.b, loc, bits(sign), i(INT32_MIN));
    return number(arith::OrIOp::create(k.b, loc, bits(magnitude), signBit));
  }

  // Comparisons with NaN are false.
  Value less(Value x, Value y) {
    return arith::CmpFOp::create(k.b, loc, arith::CmpFPredicate::OLT, x, y);
  }
  Value equal(Value x, Value y) {
    return arith::CmpFOp::create(k.b, loc, arith::CmpFPredicate::OEQ, x, y);
  }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(k.b, loc, condition, yes, no);
  }
  // NaN stays NaN. Written so that x86 has one instruction for it.
  Value atMost(Value x, double limit) { return select(less(f(limit), x), f(limit), x); }
  Value atLeast(Value x, double limit) { return select(less(x, f(limit)), f(limit), x); }

  /// Horner's scheme, coefficients from the constant term up.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = f(coefficients.back());
    for (double c : llvm::reverse(coefficients.drop_back()))
      sum = k.fma(sum, x, f(c));
    return sum;
  }
};

// log 2 in two parts: the first has 15 bits, so that its products with exponents are exact.
constexpr double logTwoHigh = 0.693145751953125, logTwoLow = 1.428606820309417e-06;
constexpr double infinity = std::numeric_limits<double>::infinity();
} // namespace

// x = n log 2 + r, |r| <= log(2)/2; e^r = 1 + r + r^2 P(r), error of the fit 3.1e-9. Adding 1.5 *
// 2^23 rounds to a whole number and leaves it in the low bits, from which a shift makes an
// exponent. The scale 2^n goes on as 2^(n+64) and 2^-64, or the other way, which reaches subnormal
// results and infinity with one rounding and no special cases; NaN goes through the products.
Value emitExp(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Value clamped = v.atLeast(v.atMost(x, 89.0), -104.0);
  Value shifted = k.fma(clamped, v.f(1.44269504088896341), v.f(0x1.8p23));
  Value n = k.subf(shifted, v.f(0x1.8p23));
  Value r = k.fma(n, v.f(-logTwoHigh), clamped);
  r = k.fma(n, v.f(-logTwoLow), r);
  const double p[] = {0.4999999403953552, 0.1666652113199234, 0.04166825860738754,
                      0.00836866907775402, 0.0013821307802572846};
  Value result;
  if (k.target.fma) {
    result = v.f(p[4]);
    for (double c : {p[3], p[2], p[1], p[0], 1.0, 1.0})
      result = k.fma(result, r, v.f(c));
  } else { // small terms first, or rounding them would cost too much
    result = k.addf(k.addf(k.mulf(k.mulf(r, r), v.polynomial(r, p)), r), v.f(1.0));
  }
  Value below = v.less(clamped, v.f(0.0));
  Value bias = v.select(below, v.i((127 + 64) << 23), v.i((127 - 64) << 23));
  Value scale = v.number(v.plus(v.shiftLeft(v.bits(shifted), 23), bias));
  return k.mulf(k.mulf(result, scale), v.select(below, v.f(0x1p-64), v.f(0x1p64)));
}

// x = 2^n m, m in [sqrt(1/2), sqrt 2); log m = f - f^2/2 + f^3 P(f), f = m - 1, error 5.9e-9. The
// rounding error of n log 2 + f is added again.
Value emitLog(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  constexpr int32_t sqrtHalfBits = 0x3f3504f3;
  Value subnormal = v.less(x, v.f(0x1p-126));
  Value bits = v.bits(v.select(subnormal, k.mulf(x, v.f(0x1p23)), x));
  Value n = v.shiftRight(v.minus(bits, v.i(sqrtHalfBits)), 23);
  Value f = k.subf(v.number(v.minus(bits, v.shiftLeft(n, 23))), v.f(1.0));
  Value p = v.polynomial(f, {0.3333333134651184, -0.2500081956386566, 0.2000124156475067,
                             -0.166234090924263, 0.14201581478118896, -0.1315961331129074,
                             0.12762199342250824, -0.07636399567127228});
  Value square = k.mulf(f, f);
  Value scale = v.toFloat(n);
  scale = k.subf(scale, v.select(subnormal, v.f(23.0), v.f(0.0)));
  Value high = k.mulf(scale, v.f(logTwoHigh));
  Value sum = k.addf(high, f);
  Value lost = k.subf(f, k.subf(sum, high)); // exact: |high| >= |f|, or high = 0
  Value low = k.fma(k.mulf(square, f), p, k.mulf(scale, v.f(logTwoLow)));
  low = k.fma(square, v.f(-0.5), low);
  Value result = k.addf(sum, k.addf(low, lost));
  // By their bits infinity, NaN and negative numbers would have logarithms too.
  Value special = v.select(v.less(x, v.f(0.0)), v.f(std::numeric_limits<double>::quiet_NaN()), x);
  result = v.select(v.less(x, v.f(infinity)), result, special);
  result = v.select(v.less(v.f(0.0), x), result, special);
  return v.select(v.equal(x, v.f(0.0)), v.f(-infinity), result);
}

// |x| < 3/4: x + x^3 P(x^2), error 1.7e-9; otherwise 1 - 2 / (e^(2|x|) + 1).
Value emitTanh(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Value size = v.abs(x), square = k.mulf(size, size);
  Value p =
      v.polynomial(square, {-0.33333316445350647, 0.1333272010087967, -0.0538945347070694,
                            0.021457793191075325, -0.007665812503546476, 0.001741756685078144});
  Value small = k.fma(size, k.mulf(square, p), size);
  Value power = emitExp(k, k.addf(size, size));
  Value large = k.subf(v.f(1.0), k.divf(v.f(2.0), k.addf(power, v.f(1.0))));
  return v.withSign(v.select(v.less(size, v.f(0.75)), small, large), x);
}

// For |x| < 0.9.
static Value erfOfSmall(KernelBuilder &k, Lanes v, Value size) {
  Value p = v.polynomial(k.mulf(size, size),
                         {0.12837916612625122, -0.3761262893676758, 0.11283622682094574,
                          -0.026855412870645523, 0.005191272124648094, -0.0008033339399844408,
                          7.912992441561073e-05});
  return k.fma(size, p, size);
}

// |x| < 0.9: x + x P(x^2), error 9.7e-10; otherwise 1 - e^(-(|x| + |x| Q(|x|))), error 3.1e-9,
// which is 1 from 3.95 on.
Value emitErf(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Value size = v.abs(x), limited = v.atMost(size, 3.95);
  Value q =
      v.polynomial(limited, {0.1285199522972107, 0.6356993913650513, 0.10528679192066193,
                             -0.022905968129634857, 0.003219948150217533, -0.0002145907055819407});
  Value exponent = k.subf(v.f(0.0), k.fma(limited, q, limited));
  Value large = k.subf(v.f(1.0), emitExp(k, exponent));
  return v.withSign(v.select(v.less(size, v.f(0.9)), erfOfSmall(k, v, size), large), x);
}

// The square root halves the error of the quotient under it, so sqrt(1/x) is nearer than 1/sqrt(x).
// Powers of two keep 1/x away from infinity and from subnormal numbers.
Value emitRsqrt(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Value tiny = v.less(x, v.f(0x1p-100)), huge = v.less(v.f(0x1p100), x);
  auto scale = [&](double forTiny, double forHuge) {
    return v.select(tiny, v.f(forTiny), v.select(huge, v.f(forHuge), v.f(1.0)));
  };
  Value quotient = k.divf(v.f(1.0), k.mulf(x, scale(0x1p64, 0x1p-64)));
  Value root = math::SqrtOp::create(k.b, v.loc, quotient);
  Value result = k.mulf(root, scale(0x1p32, 0x1p-32));
  result = v.select(v.equal(x, v.f(0.0)), quotient, result); // infinity with the sign of zero
  return v.select(v.less(x, v.f(0.0)), v.f(std::numeric_limits<double>::quiet_NaN()), result);
}

namespace {
/// x = q pi/2 + r, |r| <= pi/4: sin r, cos r, and q, of which the two low bits count.
struct Turned {
  Value sine, cosine, quarter;
};
} // namespace

// Adding 1.5 * 2^23 rounds x / (pi/2) to a whole number and leaves it in the low bits. pi/2 is
// subtracted in parts: with FMA the first difference is exact (a multiple of 2^-24 below 1), and
// the others are rounded once, relative to what is left, so small r keep all their digits; without,
// in f64, whose first part has 33 bits, so that its product with q < 2^20 is exact. sin r = r + r^3
// P(r^2), error of the fit 3.8e-9; cos r = 1 - r^2/2 + r^4 Q(r^2), error 9.7e-11.
static Turned turn(KernelBuilder &k, Lanes v, Value x) {
  Value inside = v.less(v.abs(x), v.f(0x1p20));
  x = v.select(inside, x, v.f(std::numeric_limits<double>::quiet_NaN()));
  Value shifted = k.fma(x, v.f(0.63661977236758134308), v.f(0x1.8p23));
  Value n = k.subf(shifted, v.f(0x1.8p23)), r = x;
  if (k.target.fma) {
    for (double part : {1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15})
      r = k.fma(n, v.f(-part), r);
  } else {
    Type wide = k.vectorType(k.b.getF64Type(), v.lanes);
    auto widen = [&](Value y) -> Value { return arith::ExtFOp::create(k.b, v.loc, wide, y); };
    auto number = [&](double value) -> Value {
      FloatAttr attribute = k.b.getF64FloatAttr(value);
      if (v.lanes == 1)
        return arith::ConstantOp::create(k.b, v.loc, attribute);
      return arith::ConstantOp::create(
          k.b, v.loc, DenseElementsAttr::get(cast<VectorType>(wide), attribute.getValue()));
    };
    Value count = widen(n), rest = widen(x);
    for (double part : {0x1.921fb544p+0, 0x1.0b4611a626331p-34})
      rest = k.subf(rest, k.mulf(count, number(part)));
    r = arith::TruncFOp::create(k.b, v.loc, v.floats(), rest);
  }
  Value square = k.mulf(r, r);
  Value p =
      v.polynomial(square, {-0.16666655242443085, 0.00833215657621622, -0.00019514690211508423});
  Value q =
      v.polynomial(square, {0.04166664555668831, -0.001388736185617745, 2.4437769752694294e-05});
  return {k.fma(k.mulf(r, square), p, r),
          k.fma(k.mulf(square, square), q, k.fma(square, v.f(-0.5), v.f(1.0))), v.bits(shifted)};
}

/// The sine of `quarter` quarters of a turn and r.
static Value sineOf(KernelBuilder &k, Lanes v, const Turned &turned, Value quarter) {
  Value odd = arith::AndIOp::create(k.b, v.loc, quarter, v.i(1));
  Value even = arith::CmpIOp::create(k.b, v.loc, arith::CmpIPredicate::eq, odd, v.i(0));
  Value value = v.select(even, turned.sine, turned.cosine);
  // Bit 1 moves to where the sign is.
  Value sign = arith::AndIOp::create(k.b, v.loc, v.shiftLeft(quarter, 30), v.i(INT32_MIN));
  return v.number(arith::XOrIOp::create(k.b, v.loc, v.bits(value), sign));
}

Value emitSin(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Turned turned = turn(k, v, x);
  return v.select(v.equal(x, v.f(0.0)), x, sineOf(k, v, turned, turned.quarter));
}

Value emitCos(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Turned turned = turn(k, v, x);
  return sineOf(k, v, turned, v.plus(turned.quarter, v.i(1)));
}

// tanh form: (1 + tanh u)/2 = 1 / (1 + e^(-2u)), which keeps full relative accuracy for large -u.
static Value geluTanh(KernelBuilder &k, Lanes v, Value x) {
  constexpr double sqrtTwoOverPi = 0.79788456080286535588;
  Value cubic = k.mulf(k.mulf(x, x), x);
  Value u = k.mulf(k.fma(cubic, v.f(0.044715), x), v.f(-2.0 * sqrtTwoOverPi));
  return k.divf(x, k.addf(v.f(1.0), emitExp(k, u)));
}

namespace {
/// What GELU's erf form and its derivative are made of, by a = |x| up to 13: e^(-a^2/2), and P(a)
/// with P(a) e^(-a^2/2) = erfc(a / sqrt 2) / 2, the part of the normal distribution beyond a.
struct NormalTail {
  Value a, density, ratio;
};
} // namespace

// One exponential serves both factors. e^(-a^2/2) = 2^n 2^r, |r| <= 1/2; error of 2^r 3.0e-9, n
// added to its exponent, which neither over- nor underflows up to 13, beyond which all is 0 in f32
// beside x. Error of P times the exponential 2.2e-8 for a <= 5.25; beyond, where the product is
// below 8e-8, P is what it is there: no smaller than its true value.
static NormalTail normalTail(KernelBuilder &k, Lanes v, Value x) {
  Value a = v.atMost(v.abs(x), 13.0), square = k.mulf(a, a), limited = v.atMost(a, 5.25);
  Value ratio =
      v.polynomial(limited, {0.5, -0.39894092082977295, 0.24997352063655853, -0.13280212879180908,
                             0.06189989298582077, -0.025419684126973152, 0.00894409790635109,
                             -0.002549662021920085, 0.0005470160394906998, -8.069035538937896e-05,
                             7.1616955210629385e-06, -2.847642406322848e-07});
  constexpr double halfOfLog2E = 0.72134752044448170368;
  Value shifted = k.fma(square, v.f(-halfOfLog2E), v.f(0x1.8p23));
  Value minusN = k.subf(v.f(0x1.8p23), shifted);
  Value r = k.fma(square, v.f(-halfOfLog2E), minusN);
  Value power =
      v.polynomial(r, {1.0, 0.6931471824645996, 0.24022647738456726, 0.05550359934568405,
                       0.009618505835533142, 0.0013390806270763278, 0.0001532646274426952});
  return {a, v.number(v.plus(v.bits(power), v.shiftLeft(v.bits(shifted), 23))), ratio};
}

// x times the normal distribution: x without what lies beyond it, or for negative x only that. At
// -infinity it is infinity times 0, a NaN as in the definition.
static Value geluErf(KernelBuilder &k, Lanes v, Value x) {
  NormalTail tail = normalTail(k, v, x);
  Value beyond = k.mulf(tail.density, tail.ratio);
  Value positive = k.fma(v.atMost(x, 0.0), v.f(0.0), v.atLeast(x, -0.0));
  return k.fma(v.minus(tail.a), beyond, positive);
}

Value emitGelu(KernelBuilder &k, Value x, GeluKind form) {
  Lanes v{k, lanesOf(x)};
  return form == GeluKind::Tanh ? geluTanh(k, v, x) : geluErf(k, v, x);
}

// u = (2n + 1) / 2^25; rounding the whole number to a float loses 1 at most, which is added to the
// logarithm by its first derivative: log(r + d) = log r + d/r, d/r <= 2^-24.
Value emitLogOfUnit(KernelBuilder &k, Value n) {
  Lanes v{k, lanesOf(n)};
  Value whole = v.plus(v.plus(n, n), v.i(1));
  Value rounded = v.toFloat(whole);
  Value lost = v.toFloat(v.minus(whole, v.toInt(rounded)));
  return k.addf(emitLog(k, k.mulf(rounded, v.f(0x1p-25))), k.divf(lost, rounded));
}

// u = q/4 + t with |t| <= 1/8, exact, since t counts 2^-25. sin 2 pi t = t (2 pi + P(t^2)), error
// of the fit 1.7e-9; cos 2 pi t = 1 + t^2 Q(t^2), error 1.1e-8. Quarters swap them and turn signs.
std::pair<Value, Value> emitSinCosOfTurn(KernelBuilder &k, Value n) {
  Lanes v{k, lanesOf(n)};
  Value quarter = v.shiftRight(v.plus(n, v.i(1 << 21)), 22);
  Value whole = v.minus(v.plus(v.plus(n, n), v.i(1)), v.shiftLeft(quarter, 23));
  Value t = k.mulf(v.toFloat(whole), v.f(0x1p-25)), square = k.mulf(t, t);
  Value p = v.polynomial(square, {-1.748741453866387e-07, -41.34170150756836, 81.6052017211914,
                                  -76.6977767944336, 41.46989059448242});
  Value sine = k.fma(t, v.f(6.2831854820251465), k.mulf(t, p));
  Value q = v.polynomial(
      square, {-19.739208221435547, 64.93932342529297, -85.4432373046875, 59.229244232177734});
  Value cosine = k.fma(square, q, v.f(1.0));
  // Bit 1 of the quarter, and of the one after it, moved to where the sign is.
  auto turned = [&](Value x, Value by) {
    Value bit = arith::AndIOp::create(k.b, v.loc, v.shiftLeft(by, 30), v.i(INT32_MIN));
    return v.number(arith::XOrIOp::create(k.b, v.loc, v.bits(x), bit));
  };
  Value low = arith::AndIOp::create(k.b, v.loc, quarter, v.i(1));
  Value even = arith::CmpIOp::create(k.b, v.loc, arith::CmpIPredicate::eq, low, v.i(0));
  Value forSine = v.select(even, sine, cosine), forCosine = v.select(even, cosine, sine);
  return {turned(forSine, quarter), turned(forCosine, v.plus(quarter, v.i(1)))};
}

// Beyond 32 both derivatives are 0 or 1 in f32, and products below stay away from infinity.
static constexpr double geluFlat = 32;

// With s = (1 + tanh u)/2 it is s + 2 s (1 - s) x u'. Of e = e^(-2|u|) and 1/(1 + e) one is s and
// the other 1 - s when multiplied, so neither is a difference.
static Value geluTanhDerivative(KernelBuilder &k, Lanes v, Value x) {
  constexpr double sqrtTwoOverPi = 0.79788456080286535588;
  Value size = v.atMost(v.abs(x), geluFlat), square = k.mulf(size, size);
  Value inner = k.fma(k.mulf(square, size), v.f(0.044715), size);
  Value e = emitExp(k, k.mulf(inner, v.f(-2.0 * sqrtTwoOverPi)));
  Value large = k.divf(v.f(1.0), k.addf(v.f(1.0), e)), small = k.mulf(e, large);
  Value slope = k.fma(square, v.f(2.0 * sqrtTwoOverPi * 3.0 * 0.044715), v.f(2.0 * sqrtTwoOverPi));
  Value term = k.mulf(k.mulf(size, slope), k.mulf(small, large));
  Value negative = v.less(x, v.f(0.0));
  return v.select(negative, k.subf(small, term), k.addf(large, term));
}

// The normal distribution plus x times its density: of both signs of x the sum is 1.
static Value geluErfDerivative(KernelBuilder &k, Lanes v, Value x) {
  constexpr double reciprocalRootTwoPi = 0.39894228040143267794;
  NormalTail tail = normalTail(k, v, x);
  Value negative = k.mulf(tail.density, k.fma(tail.a, v.f(-reciprocalRootTwoPi), tail.ratio));
  return v.select(v.less(x, v.f(0.0)), negative, k.subf(v.f(1.0), negative));
}

Value emitGeluDerivative(KernelBuilder &k, Value x, GeluKind form) {
  Lanes v{k, lanesOf(x)};
  return form == GeluKind::Tanh ? geluTanhDerivative(k, v, x) : geluErfDerivative(k, v, x);
}

} // namespace tenon
