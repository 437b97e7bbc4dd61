// What verifiers share: messages with constraint numbers and shapes as people write them.
// Private to dialect/.
#pragma once
#include "Tenon.h"

namespace tenon {

/// Starts the error of constraint (Cn) of an operation.
mlir::InFlightDiagnostic violates(mlir::Operation *op, int constraint);

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

bool isFloat(mlir::Type tensor);
bool isI32(mlir::Type tensor);

/// Error of (Cn) unless `layers` is null or names a static dimension of the model.
mlir::LogicalResult checkLayers(mlir::Operation *op, int constraint, mlir::FlatSymbolRefAttr layers,
                                mlir::SymbolTableCollection &symbols);

/// Whether the operation is in the body of a repeat over that dimension.
bool insideRepeatOver(mlir::Operation *op, mlir::FlatSymbolRefAttr layers);

} // namespace tenon
