// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tenon dialect for C++: include this for its operations, attributes and enums.
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "GatheredShape.h"
#include "ProductShape.h"
#include "Traits.h"

#include <optional>

#include "TenonDialect.h.inc"
#include "TenonEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "TenonAttrs.h.inc"
#define GET_OP_CLASSES
#include "TenonOps.h.inc"

namespace tenon {

/// The dimension names of a tensor type; empty where it has none.
llvm::ArrayRef<mlir::StringAttr> dimNames(mlir::Type type);

/// The model around an operation; null outside of one.
ModelOp enclosingModel(mlir::Operation *op);

/// The dimension of that name in a model; null where there is none.
DimOp lookupDim(ModelOp model, llvm::StringRef name);

/// The tensor type with those named dimensions of a model, sizes dynamic where min != max.
mlir::RankedTensorType tensorOf(ModelOp model, llvm::ArrayRef<mlir::StringAttr> names,
                                mlir::Type element);

/// The state that an operation continues from and extends; null where it has none.
StateOp cacheOf(mlir::Operation *op);

/// (B, ...): the type of the last token of each sequence of x (B, T, ...).
mlir::RankedTensorType lastTokenType(mlir::RankedTensorType x);

/// What an operation is called where people read it: its name without the dialect's, of an
/// elementwise one its function's.
std::string titleOf(mlir::Operation *op);

/// How many operands a function of scalars takes.
unsigned operandsOf(ScalarFunction function);

/// Where the dimensions of `part` stand among those of `whole`, in order, where they are all among
/// them: of several with one name the last one.
std::optional<llvm::SmallVector<unsigned>> placesIn(mlir::RankedTensorType part,
                                                    mlir::RankedTensorType whole);
std::optional<llvm::SmallVector<unsigned>> placesIn(llvm::ArrayRef<mlir::StringAttr> part,
                                                    llvm::ArrayRef<mlir::StringAttr> whole);

/// Whether an operation computes nothing: it says which elements of its operands stand where.
bool isView(mlir::Operation *op);

/// A type without its dimension number `place`.
mlir::RankedTensorType withoutDim(mlir::RankedTensorType type, unsigned place);

/// The greatest number of elements a tensor of that type can have.
int64_t maxElements(ModelOp model, mlir::RankedTensorType type);

} // namespace tenon
