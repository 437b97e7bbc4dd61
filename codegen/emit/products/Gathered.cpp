// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Gathered.h.
#include "Gathered.h"

using namespace mlir;

namespace tenon {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

GatheredRows::GatheredRows(CpuKernelBuilder &k, Value ids, const GatheredShape &shape)
    : k(k), shape(shape), count(k.rows(typeOf(ids), 0)), order(k, k.base(ids), shape.parts, count) {
}

int64_t GatheredRows::scratch(Value ids, const GatheredShape &shape) {
  ModelOp model = enclosingModel(ids.getParentBlock()->getParentOp());
  return IdOrder::words(shape.parts, maxElements(model, typeOf(ids)));
}

void GatheredRows::sort() {
  k.stage([&] { k.ifThen(k.less(k.shareNumber, k.index(1)), [&] { order.sort(); }); });
}

void GatheredRows::forParts(llvm::function_ref<void(Value, Value, Value)> body) {
  k.loop(k.index(0), k.index(shape.parts), 1, [&](Value part) {
    Value from = order.begin(part), to = order.begin(k.add(part, 1));
    k.ifThen(k.less(from, to), [&] { body(part, from, to); });
  });
}

} // namespace tenon
