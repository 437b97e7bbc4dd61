// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names of a model's functions, which meet no name that the model's author chose.
#pragma once
#include "Tenon.h"

namespace tenon {

/// A model's functions are named as its entries are, or "graph". Dimensions, parameters and states
/// have the names that the model's author chose; where one has that of a function, the function's
/// symbol is another, and its name is in `tenon.entry`.
llvm::StringRef entryName(mlir::func::FuncOp function);
void setEntryName(ModelOp model, mlir::func::FuncOp function, llvm::StringRef name);
/// The function of that name; null where there is none.
mlir::func::FuncOp lookupEntry(ModelOp model, llvm::StringRef name);

} // namespace tenon
