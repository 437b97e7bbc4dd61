// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The backward forms of the operations in ops.h, in double precision: d<v> is the gradient of the
// loss by v. Formulas and shapes stand in TenonBackwardOps.td and TenonLossOps.td.
#pragma once
#include "ops.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace tenon::reference {

/// (rows, C): for each row the sum of the dy (..., C) whose ids (...) name it. Errors: an id
/// outside of [0, rows).
llvm::Expected<Tensor> embeddingBackward(const Tensor &dy, const Tensor &ids, int64_t rows);

/// The sum of x (i..., j...) over i..., as `shape` (j...).
Tensor sumLeading(const Tensor &x, llvm::ArrayRef<int64_t> shape);

/// x and dy (..., C), weight (C) -> (..., C).
Tensor layerNormBackward(const Tensor &x, const Tensor &weight, const Tensor &dy, double epsilon);
/// -> (C).
Tensor layerNormBackwardWeight(const Tensor &x, const Tensor &dy, double epsilon);

/// dy (..., N...), weight (K..., N...), or (N..., K...) if transposed -> (..., K...). `made`
/// dimensions are N.
Tensor linearBackward(const Tensor &dy, const Tensor &weight, bool transposed, unsigned made = 1);
/// x (..., K...), dy (..., N...) -> (K..., N...), or (N..., K...) if transposed. `summed`
/// dimensions are K, `made` are N.
Tensor linearBackwardWeight(const Tensor &x, const Tensor &dy, bool transposed, unsigned summed = 1,
                            unsigned made = 1);

Tensor geluTanhBackward(const Tensor &x, const Tensor &dy);
Tensor geluErfBackward(const Tensor &x, const Tensor &dy);

/// (..., V), for logits (..., V) and targets (...). Errors: a target outside of [0, V) that is not
/// `ignore`.
llvm::Expected<Tensor> crossEntropyBackward(const Tensor &logits, const Tensor &targets,
                                            double dloss, int32_t ignore,
                                            Rounding rounded = exactly);

struct HeadGradients {
  Tensor loss, dx, dweight, dbias; // dbias also where there is no bias
};
/// The head and its loss with their gradients, composed of the functions above and in ops.h.
llvm::Expected<HeadGradients> headCrossEntropy(const Tensor &x, const Tensor &weight,
                                               const Tensor *bias, const Tensor &targets,
                                               double dloss, int32_t ignore, bool transposed,
                                               bool narrow = false, Rounding rounded = exactly);

} // namespace tenon::reference
