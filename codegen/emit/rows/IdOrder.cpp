// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See IdOrder.h.
#include "IdOrder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tenon {

void IdOrder::sort() {
  Value zero = k.index(0), one = k.index(1), end = k.index(firstTokenOf(rows));
  k.loop(zero, end, 1, [&](Value i) { setWord(i, zero); });
  auto countedRow = [&](Value token) { return k.min(rowOf(token), k.index(rows)); };
  // Word r + 2 counts row r, then word r + 1 is where its next token goes.
  k.loop(zero, count, 1, [&](Value token) {
    Value at = k.add(countedRow(token), 2);
    setWord(at, k.add(word(at), one));
  });
  k.loop(zero, end, one, {zero}, [&](Value i, ValueRange before) {
    Value sum = k.add(before[0], word(i));
    setWord(i, sum);
    return KernelBuilder::Values{sum};
  });
  k.loop(zero, count, 1, [&](Value token) {
    Value at = k.add(countedRow(token), 1), place = word(at);
    setWord(k.add(place, firstTokenOf(rows)), token);
    setWord(at, k.add(place, one));
  });
}

Value IdOrder::rowOf(Value token) {
  Value id = k.load(ids, token, k.b.getI32Type());
  return arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), id);
}

Value IdOrder::word(Value index) {
  Value loaded = k.load(k.scratch, index, k.b.getI32Type());
  return arith::IndexCastUIOp::create(k.b, k.loc, k.b.getIndexType(), loaded);
}

void IdOrder::setWord(Value index, Value value) {
  k.store(arith::IndexCastUIOp::create(k.b, k.loc, k.b.getI32Type(), value), k.scratch, index);
}

} // namespace tenon
