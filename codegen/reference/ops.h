// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The definition of every operation of the field in double precision: one function each, written to
// be read. Formulas and shapes stand in TenonOps.td; shapes are checked before these are called.
#pragma once
#include "tensor.h"

#include "Tenon.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

#include <optional>

namespace tenon::reference {

/// An index that came in as data, or an error that says what it is not.
llvm::Expected<int64_t> indexBelow(double value, int64_t limit, llvm::StringRef what);

/// The rows of `table` (V, C) that `ids` (...) names. Errors: an id outside of [0, V).
llvm::Expected<Tensor> embedding(const Tensor &table, const Tensor &ids);

/// (D): first, first + 1, ..., `size` of them.
Tensor along(int64_t size, int64_t first);

/// (T): offset, offset + 1, ..., for ids (..., T).
Tensor positions(const Tensor &ids, int64_t offset);

/// x + y, where y (j...) is repeated over the leading dimensions of x (i..., j...).
Tensor add(const Tensor &x, const Tensor &y);

/// `function` of each element; an operand is repeated over the leading dimensions that it lacks.
Tensor elementwise(ScalarFunction function, llvm::ArrayRef<const Tensor *> inputs);

/// x repeated to `shape`; dimension i of x is number places[i] of it.
Tensor spread(const Tensor &x, llvm::ArrayRef<unsigned> places, llvm::ArrayRef<int64_t> shape);

/// x without its dimension number `place`: the sum, or the greatest, of the elements along it.
Tensor reduce(Reduction kind, const Tensor &x, unsigned place);

/// Each value rounded to the nearest of `type`, ties to even.
Tensor roundTo(const Tensor &x, mlir::FloatType type);

/// A factor of a product: x, or each value rounded to bf16 where the product is `narrow`.
Tensor factor(const Tensor &x, bool narrow);

Tensor scale(const Tensor &x, double factor);

/// Over the last dimension of x (..., C); weight and bias (C), bias may be null.
/// The mean of C numbers, right to the last bit or so: what rounding left out of it is added again,
/// since differences to it may be as small.
double meanOf(const double *x, int64_t C);
Tensor layerNorm(const Tensor &x, const Tensor &weight, const Tensor *bias, double epsilon);

/// x (..., K...) times weight (K..., N...), or (N..., K...) if transposed, plus bias (N...) unless
/// null. `summed` dimensions are K.
Tensor linear(const Tensor &x, const Tensor &weight, const Tensor *bias, bool transposed,
              unsigned summed = 1);

Tensor geluTanh(const Tensor &x);
Tensor geluErf(const Tensor &x);

/// `count` elements of the last dimension, from `begin`, each `stride` behind the one before.
Tensor slice(const Tensor &x, int64_t begin, int64_t count, int64_t stride = 1);

/// Parts in a last dimension of `columns`, each from its offset on by `stride`; 0 between them.
Tensor join(llvm::ArrayRef<Tensor> parts, llvm::ArrayRef<int64_t> offsets, int64_t columns,
            int64_t stride = 1);

/// Rows of x (B, P, ...) at positions from `first` - `by` on, `count` of each sequence; 0 where
/// there is none.
Tensor shift(const Tensor &x, int64_t by, int64_t first, int64_t count);

/// (B, ...): the last of each sequence of x (B, T, ...).
Tensor lastToken(const Tensor &x);

/// What becomes of a number inside an operation that subtracts it: itself, or with noise (see
/// Interpreter::addNoise).
using Rounding = llvm::function_ref<double(double)>;
inline double exactly(double x) { return x; }
/// How far a log-sum-exp is off that was rounded in two steps, as its logarithm and the sum with
/// the greatest are.
inline double errorOf(double lse, Rounding rounded) { return rounded(rounded(lse)) - lse; }

/// The cross-entropy of each row of logits (..., V), 0 where the target is `ignore`.
/// Errors: another target outside of [0, V).
llvm::Expected<Tensor> tokenCrossEntropy(const Tensor &logits, const Tensor &targets,
                                         int32_t ignore, Rounding rounded = exactly);

/// The mean of x over the places where the target is not `ignore`; 0 where there are none.
Tensor maskedMean(const Tensor &x, const Tensor &targets, int32_t ignore);

} // namespace tenon::reference
