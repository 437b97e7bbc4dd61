// One span of keys in attention: what neighbouring queries make of it, all in registers and on the
// stack. The spans of a query do not know of each other; Attention.cpp merges them.
#pragma once
#include "AttentionCache.h"

namespace tenon {

/// Keys in a span: as many that a lone query reads keys, then values, as long streams, and that
/// what it waits for once a span (greatest score, sum) costs little; scores still fit into the
/// first-level cache.
inline int64_t spanKeys(const Target &target) { return 64 * target.lanes; }

class AttentionSpan {
public:
  /// For up to `most` queries at once.
  AttentionSpan(CpuKernelBuilder &k, const HeadMemory &memory, unsigned most);

  /// Takes the queries whose channel 0 lies at `columns` of qkv.
  void take(mlir::Value qkv, llvm::ArrayRef<mlir::Value> columns);

  /// Of each query its greatest score and the sum of the weights exp(score - greatest), scalars.
  /// Queries are neighbours, the first at `position`; `count` is 1, or divides `position`.
  struct Result {
    llvm::SmallVector<mlir::Value> greatest, sums;
  };
  /// Keys from `first` on, a multiple of `keys` up to `position`. Leaves the weighted values in
  /// `weighted`.
  Result emit(mlir::Value first, mlir::Value position, unsigned count);

  mlir::Value weighted; // on the stack, (most, D)
  const int64_t keys;   // in a span

private:
  void scores(mlir::Value first, mlir::Value vectors, unsigned count);
  void tile(mlir::Value blockStart, mlir::Value within, mlir::Value to, unsigned vectors,
            unsigned count);
  void hide(mlir::Value vectors, llvm::ArrayRef<mlir::Value> visible);
  mlir::Value weigh(mlir::Value score, mlir::Value greatest, mlir::Value at);
  void weighValues(mlir::Value first, llvm::ArrayRef<Piece> pieces,
                   llvm::ArrayRef<mlir::Value> visible);

  CpuKernelBuilder &k;
  const HeadMemory &memory;
  unsigned lanes;
  int64_t queryLanes;
  mlir::Type f32;
  mlir::Value queries, scoreStack, weights;
};

} // namespace tenon
