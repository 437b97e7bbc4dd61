// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pipelines: which passes run, in which order. The table of contents of the compiler.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace tenon {

/// What the products of a model compute with: the types that it declares, or bf16.
enum class ComputeType { Declared, Bf16 };

/// Adds the passes that make the entries of an imported model. With bf16, entries of which one
/// trains keep f32 parameters, and their gradients come from products of rounded factors; otherwise
/// types are narrowed.
void addEntries(mlir::OpPassManager &pm, llvm::ArrayRef<std::string> entries, ComputeType compute);

/// From an imported model to planned entries of fused groups; stays in the tenon dialect.
void buildModelPipeline(mlir::OpPassManager &pm, llvm::ArrayRef<std::string> entries,
                        ComputeType compute);

/// From emitted CPU kernels (func, scf, vector, arith, math, llvm) to the llvm dialect.
void buildCpuPipeline(mlir::OpPassManager &pm);

/// Registers how that pipeline converts each dialect; a context needs it before it runs.
void registerCpuConversions(mlir::DialectRegistry &registry);

/// Registers both with tenon-opt, as tenon-model-pipeline and tenon-cpu-pipeline.
void registerPipelines();

} // namespace tenon
