// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What verifiers share: messages with constraint numbers and shapes as people write them.
// Private to dialect/.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Starts the error of constraint (Cn) of an operation.
mlir::InFlightDiagnostic violates(mlir::Operation *op, int constraint);

/// Error of (C7) of attention unless its score function, where it has one, is of the scores of
/// `inputs` and of what is captured; `scores` is how many values like them it gets and yields.
mlir::LogicalResult checkScore(mlir::Operation *op, mlir::ValueRange inputs,
                               mlir::ValueRange captured, mlir::Region &score, unsigned scores = 1);

/// A tensor's dimensions and element type for a message: "(seq, n_embd = 768) of 'f32'".
std::string shapeText(mlir::Type type);

/// One dimension for a message: "n_embd = 768", or "seq" where its size is known only at run time.
std::string dimText(mlir::Type type, int64_t dim);

/// Whether two dimensions are the same one, by name and size; negative ones count from the end.
bool sameDim(mlir::RankedTensorType lhs, int64_t lhsDim, mlir::RankedTensorType rhs,
             int64_t rhsDim);

/// The type without its last `drop` dimensions, then the dimensions `append` of `from`.
mlir::RankedTensorType reshaped(mlir::RankedTensorType type, unsigned drop,
                                mlir::RankedTensorType from = {},
                                llvm::ArrayRef<unsigned> append = {});

/// Error of (Cn) unless the result has the type that follows from the operands. `rule` completes
/// "the result must have ...".
mlir::LogicalResult expectResult(mlir::Operation *op, int constraint, llvm::StringRef rule,
                                 mlir::Type expected);

/// Error of (Cn) unless the operand named `what` is a scalar: a float, or i32 where `integer`.
mlir::LogicalResult expectScalar(mlir::Operation *op, int constraint, llvm::StringRef what,
                                 mlir::Type type, bool integer);

/// Error of (Cn) unless targets are i32 with the dimensions of x, floats, without its last.
mlir::LogicalResult checkTargets(mlir::Operation *op, int constraint, llvm::StringRef what,
                                 mlir::RankedTensorType x, mlir::RankedTensorType targets);

/// Errors of attention's (C1), (C3) and (C6), for `result`, called `what` in messages.
mlir::LogicalResult checkInputs(mlir::Operation *op, mlir::ValueRange inputs,
                                mlir::FlatSymbolRefAttr heads, mlir::RankedTensorType result,
                                llvm::StringRef what);

/// Error of (C2) unless `heads`, where given, is a static dimension of the model that divides C.
mlir::LogicalResult checkHeads(mlir::Operation *op, mlir::FlatSymbolRefAttr heads,
                               mlir::RankedTensorType result, mlir::SymbolTableCollection &symbols);

/// Error of (C3) unless epsilon is finite and above 0.
mlir::LogicalResult checkEpsilon(mlir::Operation *op, mlir::FloatAttr epsilon);

/// A tensor of rank 0.
mlir::RankedTensorType scalar(mlir::Type element);

bool isFloat(mlir::Type tensor);
bool isI32(mlir::Type tensor);

/// Error of (Cn) unless `layers` is null or names a static dimension of the model.
mlir::LogicalResult checkLayers(mlir::Operation *op, int constraint, mlir::FlatSymbolRefAttr layers,
                                mlir::SymbolTableCollection &symbols);

/// The state of that kind that the operation's `cache` names and may use where it stands, else an
/// error of (Cn).
mlir::FailureOr<StateOp> lookupCache(mlir::Operation *op, int constraint, StateKind kind,
                                     mlir::SymbolTableCollection &symbols);

/// Whether `held` is (B, context) and what `like` (B, T, ...) has behind T.
bool isCacheOf(mlir::RankedTensorType held, mlir::RankedTensorType like);

/// Without a cache nothing is written; with one, the cache is read and extended.
void addCacheEffects(
    mlir::Operation *op,
    llvm::SmallVectorImpl<mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>> &effects);

/// Whether the operation is in the body of a repeat over that dimension.
bool insideRepeatOver(mlir::Operation *op, mlir::FlatSymbolRefAttr layers);

} // namespace tenon
