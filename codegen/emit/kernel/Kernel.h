// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The vocabulary that the kernel emitters write in.
#pragma once
#include "Target.h"
#include "Tenon.h"

#include "mlir/IR/Builders.h"

namespace tenon {

/// The body of a kernel under construction: buffers by value, sizes by name, and short spellings
/// of the operations that kernels are made of. One vocabulary for all targets.
class KernelBuilder {
public:
  KernelBuilder(mlir::OpBuilder &builder, mlir::Location loc, const Target &target,
                GroupOp group = {})
      : b(builder), loc(loc), target(target), group(group),
        model(group ? enclosingModel(group) : ModelOp()) {}
  virtual ~KernelBuilder() = default;

  mlir::OpBuilder &b;
  mlir::Location loc;
  const Target &target;
  GroupOp group;
  ModelOp model;
  mlir::Value position, layer, shareCount;               // index
  mlir::Value shareNumber;                               // index: of the share at hand
  llvm::DenseMap<mlir::Value, mlir::Value> bases;        // captured value or group result -> base
  llvm::DenseMap<mlir::StringAttr, mlir::Value> symbols; // param or state -> base
  llvm::DenseMap<mlir::StringAttr, mlir::Value> gradients, moments1, moments2; // param -> base
  llvm::DenseMap<mlir::StringAttr, mlir::Value> sizes; // dynamic dimension -> index
  mlir::Value scratch;                                 // base, where the group has scratch

  /// The base of the buffer behind a value of the group's body: captured, yielded, or a parameter.
  mlir::Value base(mlir::Value value);
  /// The number behind a value of rank 0: known to the compiler, or in memory.
  mlir::Value scalar(mlir::Value value);
  /// The base of the buffer of the i-th result of the group.
  mlir::Value resultBase(unsigned i) { return bases.lookup(group.getResult(i)); }

  // Memory. `lanes` 1 is a scalar, otherwise a vector; `index` counts elements from the base.
  // Vector accesses assume element alignment only, non-temporal stores full vector alignment.
  virtual mlir::Value load(mlir::Value base, mlir::Value index, mlir::Type element,
                           unsigned lanes = 1) = 0;
  virtual void store(mlir::Value value, mlir::Value base, mlir::Value index,
                     bool nontemporal = false) = 0;
  /// Towards the cache of `level` 1 or 2. The element may lie past the end of memory.
  virtual void prefetch(mlir::Value base, mlir::Value index, mlir::Type element, int level = 2) = 0;

  // Index arithmetic; no wrap.
  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value add(mlir::Value x, int64_t y) { return y == 0 ? x : add(x, index(y)); }
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, int64_t y) { return mul(x, index(y)); }
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, int64_t y) { return div(x, index(y)); }
  mlir::Value rem(mlir::Value x, mlir::Value y);
  mlir::Value min(mlir::Value x, mlir::Value y);
  mlir::Value less(mlir::Value x, mlir::Value y);

  /// The size of a named dimension: a constant or a run-time value.
  mlir::Value size(mlir::StringAttr dim);
  /// The product of the sizes of dimensions.
  mlir::Value product(llvm::ArrayRef<mlir::StringAttr> dims);
  /// The same of all but the last `inner` dimensions of a type.
  mlir::Value rows(mlir::RankedTensorType type, unsigned inner = 1);

  /// The share at hand [begin, end) of 0..count-1: contiguous, sizes differing by at most one.
  std::pair<mlir::Value, mlir::Value> share(mlir::Value count);

  // Floating point, scalar or vector; no fast-math, so results do not depend on the surroundings.
  mlir::Type vectorType(mlir::Type element, unsigned lanes);
  mlir::Value splat(double value, unsigned lanes); // f32
  mlir::Value broadcast(mlir::Value scalar, unsigned lanes);
  mlir::Value addf(mlir::Value x, mlir::Value y);
  mlir::Value subf(mlir::Value x, mlir::Value y);
  mlir::Value mulf(mlir::Value x, mlir::Value y);
  mlir::Value divf(mlir::Value x, mlir::Value y);
  mlir::Value maxf(mlir::Value x, mlir::Value y);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z); // x * y + z

  /// Sum (or maximum) of a vector's lanes by one fixed tree: halves are combined until one is left.
  mlir::Value reduceAdd(mlir::Value vector);
  mlir::Value reduceMax(mlir::Value vector);

  /// Combines values pairwise by one fixed tree.
  mlir::Value tree(llvm::SmallVector<mlir::Value> parts,
                   llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  mlir::Value sumTree(llvm::ArrayRef<mlir::Value> parts);

  /// for (i = begin; i < end; i += step): the body gets i and the carried values, returns the next.
  using Values = llvm::SmallVector<mlir::Value>;
  Values loop(mlir::Value begin, mlir::Value end, mlir::Value step, mlir::ValueRange carried,
              llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);
  void loop(mlir::Value begin, mlir::Value end, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  void ifThen(mlir::Value condition, llvm::function_ref<void()> body);
  void ifElse(mlir::Value condition, llvm::function_ref<void()> body,
              llvm::function_ref<void()> otherwise);
};

/// A run of `lanes` elements at `offset`.
struct Piece {
  int64_t offset;
  unsigned lanes;
};
/// Cuts the `count % lanes` elements after the last full vector into powers of two, in order.
llvm::SmallVector<Piece> tailPieces(int64_t count, unsigned lanes);

/// `vector` with `part`, a scalar or a shorter vector, from lane `offset` on.
mlir::Value insertPiece(KernelBuilder &k, mlir::Value part, mlir::Value vector, int64_t offset);

/// The lanes of a vector that are those of `piece`: a scalar or a shorter vector.
mlir::Value takePiece(KernelBuilder &k, mlir::Value vector, Piece piece);

/// The number of lanes of a value: 1 for scalars.
unsigned lanesOf(mlir::Value value);

} // namespace tenon
