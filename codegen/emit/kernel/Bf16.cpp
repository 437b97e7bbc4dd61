// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Bf16.h.
#include "Bf16.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace tenon {

/// `value` in every lane of i32.
static Value constant(KernelBuilder &k, uint32_t value, unsigned lanes) {
  IntegerAttr attribute = k.b.getI32IntegerAttr(static_cast<int32_t>(value));
  if (lanes == 1)
    return arith::ConstantOp::create(k.b, k.loc, attribute);
  auto type = cast<VectorType>(k.vectorType(k.b.getI32Type(), lanes));
  return arith::ConstantOp::create(k.b, k.loc, DenseElementsAttr::get(type, attribute.getValue()));
}

static Value asF32(KernelBuilder &k, Value i32) {
  return arith::BitcastOp::create(k.b, k.loc, k.vectorType(k.b.getF32Type(), lanesOf(i32)), i32);
}

Type storedType(Type element) {
  return element.isBF16() ? IntegerType::get(element.getContext(), 16) : element;
}

Value loadAsF32(KernelBuilder &k, Value base, Value index, Type element, unsigned lanes) {
  Value loaded = k.load(base, index, storedType(element), lanes);
  return element.isBF16() ? widenFromBf16(k, loaded) : loaded;
}

void storeF32As(KernelBuilder &k, Type element, Value value, Value base, Value index,
                bool nontemporal) {
  k.store(element.isBF16() ? narrowToBf16(k, value) : value, base, index, nontemporal);
}

Value narrowToBf16(KernelBuilder &k, Value f32) {
  unsigned lanes = lanesOf(f32);
  Value bits = arith::BitcastOp::create(k.b, k.loc, k.vectorType(k.b.getI32Type(), lanes), f32);
  auto shifted = [&](Value x) -> Value {
    return arith::ShRUIOp::create(k.b, k.loc, x, constant(k, 16, lanes));
  };
  // Half of the last place, less one where the kept part is even: a tie then goes to even.
  Value odd = arith::AndIOp::create(k.b, k.loc, shifted(bits), constant(k, 1, lanes));
  Value half = arith::AddIOp::create(k.b, k.loc, odd, constant(k, 0x7FFF, lanes));
  Value rounded = shifted(arith::AddIOp::create(k.b, k.loc, bits, half));
  // Rounding could carry a NaN into an infinity, and cutting it could leave one.
  Value quiet = arith::OrIOp::create(k.b, k.loc, shifted(bits), constant(k, 0x40, lanes));
  Value isNan = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UNO, f32, f32);
  Value kept = arith::SelectOp::create(k.b, k.loc, isNan, quiet, rounded);
  return arith::TruncIOp::create(k.b, k.loc, k.vectorType(k.b.getI16Type(), lanes), kept);
}

Value widenFromBf16(KernelBuilder &k, Value i16) {
  unsigned lanes = lanesOf(i16);
  Value wide = arith::ExtUIOp::create(k.b, k.loc, k.vectorType(k.b.getI32Type(), lanes), i16);
  return asF32(k, arith::ShLIOp::create(k.b, k.loc, wide, constant(k, 16, lanes)));
}

Value halfOfPairs(KernelBuilder &k, Value pairs, unsigned half) {
  unsigned lanes = lanesOf(pairs);
  if (half == 0)
    return asF32(k, arith::ShLIOp::create(k.b, k.loc, pairs, constant(k, 16, lanes)));
  return asF32(k, arith::AndIOp::create(k.b, k.loc, pairs, constant(k, 0xFFFF0000u, lanes)));
}

Value lowerOfPairs(KernelBuilder &k, Value pairs) {
  return arith::AndIOp::create(k.b, k.loc, pairs, constant(k, 0xFFFF, lanesOf(pairs)));
}

Value upperOfPairs(KernelBuilder &k, Value pairs) {
  return arith::ShRUIOp::create(k.b, k.loc, pairs, constant(k, 16, lanesOf(pairs)));
}

Value joinPairs(KernelBuilder &k, Value low, Value high) {
  Value above = arith::ShLIOp::create(k.b, k.loc, high, constant(k, 16, lanesOf(high)));
  return arith::OrIOp::create(k.b, k.loc, low, above);
}

Value loadPairs(KernelBuilder &k, Value base, Value index, unsigned lanes, int64_t valid) {
  Type i16 = k.b.getI16Type();
  auto type = VectorType::get({2 * static_cast<int64_t>(lanes)}, i16);
  Value elements;
  if (valid == type.getNumElements()) {
    elements = k.load(base, index, i16, 2 * lanes);
  } else {
    elements = arith::ConstantOp::create(k.b, k.loc, DenseElementsAttr::get(type, APInt(16, 0)));
    for (Piece piece : tailPieces(valid, 2 * lanes)) {
      Value part = k.load(base, k.add(index, piece.offset), i16, piece.lanes);
      elements = insertPiece(k, part, elements, piece.offset);
    }
  }
  Value pairs = vector::BitCastOp::create(
      k.b, k.loc, VectorType::get({static_cast<int64_t>(lanes)}, k.b.getI32Type()), elements);
  return lanes == 1 ? vector::ExtractOp::create(k.b, k.loc, pairs, 0).getResult() : pairs;
}

Value dotPairs(KernelBuilder &k, Value x, Value y, Value sums) {
  auto elements = [&](Value pairs) -> Value {
    auto type = VectorType::get({2 * static_cast<int64_t>(lanesOf(pairs))}, k.b.getBF16Type());
    return vector::BitCastOp::create(k.b, k.loc, type, pairs);
  };
  auto call =
      LLVM::CallIntrinsicOp::create(k.b, k.loc, sums.getType(), k.b.getStringAttr(k.target.bf16Dot),
                                    ValueRange{sums, elements(x), elements(y)});
  return call->getResult(0);
}

} // namespace tenon
