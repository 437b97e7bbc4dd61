// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Choices of elements, and products with the parts of a weight that they name, in double precision.
// Formulas and shapes stand in TenonChoiceOps.td.
#pragma once
#include "tensor.h"

#include "llvm/Support/Error.h"

namespace tenon::reference {

/// (..., K): of each row of x (..., D) the indices of the `count` greatest elements.
Tensor topK(const Tensor &x, int64_t count);

/// (..., K): elements of rows of x (..., D) that ids (..., K) name. Errors: an id outside of [0,
/// D).
llvm::Expected<Tensor> take(const Tensor &x, const Tensor &ids);
/// (..., D): dy (..., K) where ids (..., K) say, added up.
llvm::Expected<Tensor> takeBackward(const Tensor &dy, const Tensor &ids, int64_t columns);

/// x (M..., A, K...) or (M..., K...), weight (D, N..., K...), ids (M..., A) -> (M..., A, N...).
/// `made` dimensions are N. Errors: an id outside of [0, D).
llvm::Expected<Tensor> gatheredLinear(const Tensor &x, const Tensor &weight, const Tensor &ids,
                                      unsigned made);
/// dy (M..., A, N...) -> (M..., A, K...).
llvm::Expected<Tensor> gatheredLinearBackward(const Tensor &dy, const Tensor &weight,
                                              const Tensor &ids, unsigned made);
/// x as above, dy (M..., A, N...) -> `shape` (D, N..., K...).
llvm::Expected<Tensor> gatheredLinearBackwardWeight(const Tensor &x, const Tensor &dy,
                                                    const Tensor &ids,
                                                    llvm::ArrayRef<int64_t> shape, unsigned made);

} // namespace tenon::reference
