// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See RepeatPlaces.h; the attributes are described at tenon-plan-arena in Passes.td.
#include "RepeatPlaces.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {

RepeatPlaces RepeatPlaces::of(RepeatOp repeat) {
  RepeatPlaces places;
  auto offsets = repeat->getAttrOfType<DenseI64ArrayAttr>("tenon.offsets").asArrayRef();
  for (size_t i = 0; i < offsets.size(); i += 2)
    places.carried.push_back({offsets[i], offsets[i + 1], 0});
  if (auto strides = repeat->getAttrOfType<DenseI64ArrayAttr>("tenon.strides"))
    for (auto [place, stride] : llvm::zip_equal(places.carried, strides.asArrayRef()))
      place.stride = stride;
  if (auto stacks = repeat->getAttrOfType<DenseI64ArrayAttr>("tenon.stacks"))
    for (int64_t i = 0; i < stacks.size(); i += 3)
      places.stacks.push_back({stacks[i], stacks[i + 1], stacks[i + 2]});
  return places;
}

void RepeatPlaces::writeTo(RepeatOp repeat) const {
  Builder b(repeat.getContext());
  SmallVector<int64_t> offsets, strides, stackNumbers;
  for (const CarriedPlace &place : carried) {
    offsets.append({place.even, place.odd});
    strides.push_back(place.stride);
  }
  for (const StackPlace &stack : stacks)
    stackNumbers.append({stack.offset, stack.stride, stack.end});
  repeat->setAttr("tenon.offsets", b.getDenseI64ArrayAttr(offsets));
  if (stacks.empty())
    return;
  repeat->setAttr("tenon.strides", b.getDenseI64ArrayAttr(strides));
  repeat->setAttr("tenon.stacks", b.getDenseI64ArrayAttr(stackNumbers));
}

} // namespace tenon
