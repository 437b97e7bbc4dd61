// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The target-independent part of the emitters' vocabulary.
#include "Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;

namespace tenon {

Value KernelBuilder::base(Value value) {
  if (Value found = bases.lookup(value))
    return found;
  if (auto param = value.getDefiningOp<GetParamOp>())
    return symbols.lookup(param.getNameAttr().getAttr());
  auto yield = cast<YieldOp>(group.getBody().front().getTerminator());
  for (auto [i, yielded] : llvm::enumerate(yield.getValues()))
    if (yielded == value)
      return resultBase(i);
  return {};
}

Value KernelBuilder::scalar(Value value) {
  if (auto constant = value.getDefiningOp<ConstantOp>())
    return splat(constant.getValue().convertToDouble(), 1);
  return load(base(value), index(0), cast<RankedTensorType>(value.getType()).getElementType());
}

// index arithmetic

static constexpr auto noWrap = arith::IntegerOverflowFlags::nsw | arith::IntegerOverflowFlags::nuw;

Value KernelBuilder::index(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }
Value KernelBuilder::add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y, noWrap); }
// Signed only: MLIR folds (x - 2) + 1 into x + (-1) and keeps the flags, which as unsigned wraps.
Value KernelBuilder::sub(Value x, Value y) {
  return arith::SubIOp::create(b, loc, x, y, arith::IntegerOverflowFlags::nsw);
}
Value KernelBuilder::mul(Value x, Value y) { return arith::MulIOp::create(b, loc, x, y, noWrap); }
Value KernelBuilder::div(Value x, Value y) { return arith::DivUIOp::create(b, loc, x, y); }
Value KernelBuilder::rem(Value x, Value y) { return arith::RemUIOp::create(b, loc, x, y); }
Value KernelBuilder::min(Value x, Value y) { return arith::MinUIOp::create(b, loc, x, y); }
Value KernelBuilder::less(Value x, Value y) {
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, x, y);
}

Value KernelBuilder::size(StringAttr name) {
  if (Value found = sizes.lookup(name))
    return found;
  return index(lookupDim(model, name).getMax());
}

Value KernelBuilder::rows(RankedTensorType type, unsigned inner) {
  return product(dimNames(type).drop_back(inner));
}

Value KernelBuilder::product(ArrayRef<StringAttr> dims) {
  int64_t known = 1;
  Value count;
  for (StringAttr name : dims) {
    if (!sizes.contains(name))
      known *= lookupDim(model, name).getMax();
    else
      count = count ? mul(count, size(name)) : size(name);
  }
  if (!count)
    return index(known);
  return known == 1 ? count : mul(count, known);
}

std::pair<Value, Value> KernelBuilder::share(Value count) {
  Value begin = div(mul(count, shareNumber), shareCount);
  Value end = div(mul(count, add(shareNumber, 1)), shareCount);
  return {begin, end};
}

// floating point

Type KernelBuilder::vectorType(Type element, unsigned lanes) {
  return lanes == 1 ? element : VectorType::get({static_cast<int64_t>(lanes)}, element);
}

Value KernelBuilder::splat(double value, unsigned lanes) {
  FloatAttr attribute = b.getF32FloatAttr(static_cast<float>(value));
  if (lanes == 1)
    return arith::ConstantOp::create(b, loc, attribute);
  auto type = cast<VectorType>(vectorType(b.getF32Type(), lanes));
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, attribute.getValue()));
}

Value KernelBuilder::broadcast(Value scalar, unsigned lanes) {
  if (lanes == 1)
    return scalar;
  return vector::BroadcastOp::create(b, loc, vectorType(scalar.getType(), lanes), scalar);
}

Value KernelBuilder::addf(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
Value KernelBuilder::subf(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
Value KernelBuilder::mulf(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
Value KernelBuilder::divf(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
// One instruction on every target; a NaN in x gives y.
Value KernelBuilder::maxf(Value x, Value y) {
  Value greater = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, y);
  return arith::SelectOp::create(b, loc, greater, x, y);
}

unsigned lanesOf(Value value) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? static_cast<unsigned>(vector.getNumElements()) : 1;
}

static Value reduce(KernelBuilder &k, Value vector,
                    llvm::function_ref<Value(Value, Value)> combine) {
  unsigned lanes = lanesOf(vector);
  if (lanes == 1)
    return vector;
  while (lanes > 1) {
    lanes /= 2;
    Value low = takePiece(k, vector, {0, lanes}), high = takePiece(k, vector, {lanes, lanes});
    vector = combine(low, high);
  }
  return vector;
}

Value KernelBuilder::reduceAdd(Value vector) {
  return reduce(*this, vector, [&](Value x, Value y) { return addf(x, y); });
}
Value KernelBuilder::reduceMax(Value vector) {
  return reduce(*this, vector, [&](Value x, Value y) { return maxf(x, y); });
}

Value KernelBuilder::tree(SmallVector<Value> parts,
                          llvm::function_ref<Value(Value, Value)> combine) {
  while (parts.size() > 1) {
    SmallVector<Value> half;
    for (size_t i = 0; i + 1 < parts.size(); i += 2)
      half.push_back(combine(parts[i], parts[i + 1]));
    if (parts.size() % 2)
      half.push_back(parts.back());
    parts = half;
  }
  return parts.front();
}
Value KernelBuilder::sumTree(ArrayRef<Value> parts) {
  return tree(SmallVector<Value>(parts), [&](Value x, Value y) { return addf(x, y); });
}

// control flow

KernelBuilder::Values KernelBuilder::loop(Value begin, Value end, Value step, ValueRange carried,
                                          llvm::function_ref<Values(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(b, loc, begin, end, step, carried);
  OpBuilder::InsertionGuard guard(b);
  if (carried.empty()) {
    b.setInsertionPoint(loop.getBody()->getTerminator());
    body(loop.getInductionVar(), {});
    return {};
  }
  b.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, next);
  return Values(loop.getResults());
}

void KernelBuilder::loop(Value begin, Value end, int64_t step,
                         llvm::function_ref<void(Value)> body) {
  loop(begin, end, index(step), {}, [&](Value i, ValueRange) {
    body(i);
    return Values{};
  });
}

void KernelBuilder::ifThen(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenBlock()->getTerminator());
  body();
}

void KernelBuilder::ifElse(Value condition, llvm::function_ref<void()> body,
                           llvm::function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenBlock()->getTerminator());
  body();
  b.setInsertionPoint(branch.elseBlock()->getTerminator());
  otherwise();
}

Value insertPiece(KernelBuilder &k, Value part, Value vector, int64_t offset) {
  if (lanesOf(part) == 1)
    return vector::InsertOp::create(k.b, k.loc, part, vector, offset);
  int64_t lanes = lanesOf(vector), added = lanesOf(part);
  SmallVector<int64_t> wider(lanes, vector::ShuffleOp::kPoisonIndex);
  std::iota(wider.begin(), wider.begin() + added, 0);
  Value widened = vector::ShuffleOp::create(k.b, k.loc, part, part, wider);
  SmallVector<int64_t> mask(lanes);
  std::iota(mask.begin(), mask.end(), 0);
  std::iota(mask.begin() + offset, mask.begin() + offset + added, lanes);
  return vector::ShuffleOp::create(k.b, k.loc, vector, widened, mask);
}

Value takePiece(KernelBuilder &k, Value vector, Piece piece) {
  if (piece.lanes == 1)
    return vector::ExtractOp::create(k.b, k.loc, vector, piece.offset);
  SmallVector<int64_t> mask =
      llvm::to_vector(llvm::seq<int64_t>(piece.offset, piece.offset + piece.lanes));
  return vector::ShuffleOp::create(k.b, k.loc, vector, vector, mask);
}

SmallVector<Piece> tailPieces(int64_t count, unsigned lanes) {
  SmallVector<Piece> pieces;
  int64_t offset = count - count % lanes;
  for (unsigned size = lanes / 2; size >= 1; size /= 2)
    if ((count - offset) & size) {
      pieces.push_back({offset, size});
      offset += size;
    }
  return pieces;
}

} // namespace tenon
