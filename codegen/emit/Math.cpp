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
  Value select(arith::CmpFPredicate predicate, Value x, Value y, Value yes, Value no) {
    Value condition = arith::CmpFOp::create(k.b, loc, predicate, x, y);
    return arith::SelectOp::create(k.b, loc, condition, yes, no);
  }
  /// Horner's scheme, coefficients from the constant term up.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = f(coefficients.back());
    for (double c : llvm::reverse(coefficients.drop_back()))
      sum = k.fma(sum, x, f(c));
    return sum;
  }
  /// 2^n for an integer n in [-126, 127], by its exponent field.
  Value powerOfTwo(Value n) {
    Value biased = arith::AddIOp::create(k.b, loc, n, i(127));
    Value bits = arith::ShLIOp::create(k.b, loc, biased, i(23));
    return arith::BitcastOp::create(k.b, loc, floats(), bits);
  }
};
} // namespace

// x = n log 2 + r, |r| <= log(2)/2; e^r = 1 + r + r^2 P(r), error of the fit 4.8e-11; log 2 in two
// parts so that n log 2 is exact in the first. The scale 2^n goes on in two factors, which
// reaches subnormal results and infinity without special cases.
Value emitExp(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  Value high = v.select(arith::CmpFPredicate::OGT, x, v.f(130.0), v.f(130.0), x);
  Value clamped = v.select(arith::CmpFPredicate::OLT, high, v.f(-150.0), v.f(-150.0), high);
  Value n = math::RoundEvenOp::create(k.b, v.loc, k.mulf(clamped, v.f(1.44269504088896341)));
  Value r = k.fma(n, v.f(-0.693145751953125), clamped);
  r = k.fma(n, v.f(-1.428606820309417e-06), r);
  Value p = v.polynomial(r, {0.5, 0.1666666716337204, 0.041666269302368164, 0.008333263918757439,
                             0.0013946064282208681, 0.00019918373436667025});
  Value result = k.addf(k.fma(k.mulf(r, r), p, r), v.f(1.0));
  Value whole = arith::FPToSIOp::create(k.b, v.loc, v.ints(), n);
  Value half = arith::ShRSIOp::create(k.b, v.loc, whole, v.i(1));
  Value rest = arith::SubIOp::create(k.b, v.loc, whole, half);
  result = k.mulf(k.mulf(result, v.powerOfTwo(half)), v.powerOfTwo(rest));
  return v.select(arith::CmpFPredicate::UNO, x, x, x, result);
}

// x = 2^n m, m in [sqrt(1/2), sqrt 2); log m = f - f^2/2 + f^3 P(f), f = m - 1, error 7.3e-10.
Value emitLog(KernelBuilder &k, Value x) {
  Lanes v{k, lanesOf(x)};
  constexpr int32_t sqrtHalfBits = 0x3f3504f3;
  Value bits = arith::BitcastOp::create(k.b, v.loc, v.ints(), x);
  Value shifted = arith::SubIOp::create(k.b, v.loc, bits, v.i(sqrtHalfBits));
  Value n = arith::ShRSIOp::create(k.b, v.loc, shifted, v.i(23));
  Value exponent = arith::ShLIOp::create(k.b, v.loc, n, v.i(23));
  Value mantissa = arith::SubIOp::create(k.b, v.loc, bits, exponent);
  Value f = k.subf(arith::BitcastOp::create(k.b, v.loc, v.floats(), mantissa), v.f(1.0));
  Value p = v.polynomial(f, {0.3333331048488617, -0.24999986588954926, 0.20002226531505585,
                             -0.16669251024723053, 0.14218658208847046, -0.12384343147277832,
                             0.11872965842485428, -0.1178983524441719, 0.06915424764156342});
  Value square = k.mulf(f, f);
  Value scale = arith::SIToFPOp::create(k.b, v.loc, v.floats(), n);
  Value low = k.fma(k.mulf(square, f), p, k.mulf(scale, v.f(1.428606820309417e-06)));
  low = k.fma(square, v.f(-0.5), low);
  Value result = k.fma(scale, v.f(0.693145751953125), k.addf(f, low));
  // By their bits infinity and NaN would be numbers.
  Value infinity = v.f(std::numeric_limits<double>::infinity());
  return v.select(arith::CmpFPredicate::OLT, x, infinity, result, x);
}

// tanh form: (1 + tanh u)/2 = 1 / (1 + e^(-2u)), which keeps full relative accuracy for large -u.
static Value geluTanh(KernelBuilder &k, Lanes v, Value x) {
  constexpr double sqrtTwoOverPi = 0.79788456080286535588;
  Value cubic = k.mulf(k.mulf(x, x), x);
  Value u = k.mulf(k.fma(cubic, v.f(0.044715), x), v.f(-2.0 * sqrtTwoOverPi));
  return k.divf(x, k.addf(v.f(1.0), emitExp(k, u)));
}

// erf form: x times the normal distribution, erfc(|x|/sqrt 2)/2 or one minus it. For z >= 0,
// erfc z = t exp(-z^2 + P(t)), t = 1/(1 + z/2); error of the fit 4.8e-8.
static Value geluErf(KernelBuilder &k, Lanes v, Value x) {
  Value z = k.mulf(math::AbsFOp::create(k.b, v.loc, x), v.f(0.70710678118654752440));
  Value t = k.divf(v.f(1.0), k.fma(z, v.f(0.5), v.f(1.0)));
  Value p = v.polynomial(t, {-1.2654529809951782, 0.9987261295318604, 0.3859069049358368,
                             0.037811603397130966, -0.007393611129373312, -0.06524423509836197,
                             -0.7131165862083435, 1.1685633659362793, -0.6855512261390686,
                             0.14575070142745972});
  Value tail = k.mulf(k.mulf(t, v.f(0.5)), emitExp(k, k.subf(p, k.mulf(z, z))));
  Value phi = v.select(arith::CmpFPredicate::OLT, x, v.f(0.0), tail, k.subf(v.f(1.0), tail));
  return k.mulf(x, phi);
}

Value emitGelu(KernelBuilder &k, Value x, GeluKind form) {
  Lanes v{k, lanesOf(x)};
  return form == GeluKind::Tanh ? geluTanh(k, v, x) : geluErf(k, v, x);
}

} // namespace tenon
