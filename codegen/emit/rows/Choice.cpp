// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of choices: the indices of the greatest elements of each row, the elements that
// indices name, and their gradient. Threads share the rows.
#include "Families.h"
#include "Norm.h"
#include "kernel/Bf16.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }
static int64_t columnsOf(Value value) { return typeOf(value).getShape().back(); }

namespace {
class ChoiceEmitter {
public:
  ChoiceEmitter(GroupOp group, CpuKernelBuilder &k)
      : k(k), i32(k.b.getI32Type()), i64(k.b.getI64Type()) {
    for (Operation &op : group.getBody().front())
      if (auto take = dyn_cast<TakeOp>(op))
        takes.push_back(take);
  }

  void emitTopK(TopKOp op) {
    int64_t columns = columnsOf(op.getX()), count = columnsOf(op.getResult());
    Value last = constant(i64, std::numeric_limits<int64_t>::max());
    forRows(op.getResult(), [&](Value row) {
      Value start = k.mul(row, columns);
      k.loop(k.index(0), k.index(count), k.index(1), {last}, [&](Value j, ValueRange before) {
        // The greatest of those that are less than the one before; no two are equal.
        Value none = constant(i64, std::numeric_limits<int64_t>::min());
        KernelBuilder::Values best =
            k.loop(k.index(0), k.index(columns), k.index(1), {none},
                   [&](Value column, ValueRange carried) {
                     Value own = rankOf(op.getX(), k.add(start, column), column);
                     Value fits = arith::AndIOp::create(k.b, k.loc, greater(before[0], own),
                                                        greater(own, carried[0]));
                     return KernelBuilder::Values{
                         arith::SelectOp::create(k.b, k.loc, fits, own, carried[0])};
                   });
        Value low = arith::TruncIOp::create(k.b, k.loc, i32, best[0]);
        Value id = arith::SubIOp::create(k.b, k.loc, constant(i32, lowest), low);
        Value at = k.add(k.mul(row, count), j);
        if (Value base = k.base(op.getResult()))
          k.store(id, base, at);
        for (TakeOp take : takes)
          copy(take, start, asIndex(id), at);
        return best;
      });
    });
  }

  void emitTake() {
    for (TakeOp take : takes)
      forRows(take.getResult(), [&](Value row) {
        int64_t count = columnsOf(take.getIds());
        Value start = k.mul(row, columnsOf(take.getX()));
        k.loop(k.index(0), k.index(count), 1, [&](Value j) {
          Value at = k.add(k.mul(row, count), j);
          copy(take, start, idAt(take.getIds(), at), at);
        });
      });
  }

  void emitTakeBackward(TakeBackwardOp op) {
    int64_t columns = columnsOf(op.getResult()), count = columnsOf(op.getIds());
    Value target = k.resultBase(0);
    forRows(op.getResult(), [&](Value row) {
      Value start = k.mul(row, columns);
      forColumns(
          k, columns, [](Value, int64_t) {},
          [&](Value column, unsigned lanes) {
            k.store(k.splat(0.0, lanes), target, k.add(start, column));
          });
      k.loop(k.index(0), k.index(count), 1, [&](Value j) {
        Value from = k.add(k.mul(row, count), j), at = k.add(start, idAt(op.getIds(), from));
        Type f32 = k.b.getF32Type();
        Value sum = k.addf(k.load(target, at, f32), k.load(k.base(op.getDy()), from, f32));
        k.store(sum, target, at);
      });
    });
  }

private:
  static constexpr int64_t lowest = std::numeric_limits<int32_t>::max(); // of index 0, in a rank

  void forRows(Value result, llvm::function_ref<void(Value)> body) {
    auto [begin, end] = k.share(k.rows(typeOf(result)));
    k.loop(begin, end, 1, body);
  }

  /// The place of an element in the order of its row, as one number: above, the bits of the float
  /// as an integer that is ordered like it, NaN above all; below, what is the less the higher its
  /// column.
  Value rankOf(Value x, Value at, Value column) {
    Value value = loadAsF32(k, k.base(x), at, typeOf(x).getElementType());
    value = k.addf(value, k.splat(0.0, 1)); // -0 becomes 0
    Value bits = arith::BitcastOp::create(k.b, k.loc, i32, value);
    Value sign = arith::ShRSIOp::create(k.b, k.loc, bits, constant(i32, 31));
    Value flips = arith::AndIOp::create(k.b, k.loc, sign, constant(i32, lowest));
    Value key = arith::XOrIOp::create(k.b, k.loc, bits, flips);
    Value isNan = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UNO, value, value);
    key = arith::SelectOp::create(k.b, k.loc, isNan, constant(i32, lowest), key);
    Value high = arith::ExtSIOp::create(k.b, k.loc, i64, key);
    high = arith::ShLIOp::create(k.b, k.loc, high, constant(i64, 32));
    Value number = arith::IndexCastOp::create(k.b, k.loc, i64, column);
    Value low = arith::SubIOp::create(k.b, k.loc, constant(i64, lowest), number);
    return arith::OrIOp::create(k.b, k.loc, high, low);
  }

  /// The element of a take whose row begins at `start`.
  void copy(TakeOp take, Value start, Value id, Value to) {
    Type element = storedType(typeOf(take.getX()).getElementType());
    Value value = k.load(k.base(take.getX()), k.add(start, id), element);
    k.store(value, k.base(take.getResult()), to);
  }

  Value idAt(Value ids, Value at) { return asIndex(k.load(k.base(ids), at, i32)); }
  Value asIndex(Value id) {
    return arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), id);
  }
  Value greater(Value x, Value y) {
    return arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::sgt, x, y);
  }
  Value constant(Type type, int64_t value) {
    return arith::ConstantOp::create(k.b, k.loc, k.b.getIntegerAttr(type, value));
  }

  CpuKernelBuilder &k;
  Type i32, i64;
  SmallVector<TakeOp> takes;
};
} // namespace

LogicalResult emitChoice(GroupOp group, CpuKernelBuilder &k) {
  ChoiceEmitter emitter(group, k);
  Operation &first = group.getBody().front().front();
  if (auto topK = dyn_cast<TopKOp>(first))
    emitter.emitTopK(topK);
  else if (auto backward = dyn_cast<TakeBackwardOp>(first))
    emitter.emitTakeBackward(backward);
  else
    emitter.emitTake();
  return success();
}

} // namespace tenon
