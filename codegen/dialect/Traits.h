// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the operations of the dialect have in common beyond what MLIR asks.
#pragma once
#include "mlir/IR/OpDefinition.h"

namespace tenon {

/// An element of the result depends on the elements of the operands at the same place alone, where
/// an operand with fewer dimensions is repeated over those that it lacks. So a kernel that has just
/// computed an element can go on with it.
template <class Op>
class IsElementwise : public mlir::OpTrait::TraitBase<Op, IsElementwise> {};

/// It reads nothing that a kernel computes and costs next to nothing, so each kernel that needs the
/// result has the operation itself.
template <class Op>
class IsOfEachKernel : public mlir::OpTrait::TraitBase<Op, IsOfEachKernel> {};

} // namespace tenon
