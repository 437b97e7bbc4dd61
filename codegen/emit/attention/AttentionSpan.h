// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Spans of keys in attention: what neighbouring queries make of each, all in registers and in
// memory of the thread's own. The spans of a query do not know of each other, so any thread may
// take any of them; Attention.cpp merges them.
#pragma once
#include "memory/AttentionCache.h"

namespace tenon {

/// Keys in a span, the unit in which threads share the keys of a head: whole blocks of keys on
/// every target, and enough of them that what a query waits for once a span (greatest score, sum)
/// costs little.
inline int64_t spanKeys(const Target &target) { return 16 * target.sumLanes; }

/// Keys in a strip, the spans that a thread goes over side by side: as many that a lone query reads
/// keys, then values, as long streams; the scores of all its queries still fit into the first-level
/// cache.
inline int64_t stripKeys(const Target &target) { return 4 * spanKeys(target); }

/// What weights subtract from scores of which `greatest` is the maximum: as long as all of them are
/// -infinity their differences to it would be NaN, so 0.
mlir::Value subtrahendOf(KernelBuilder &k, mlir::Value greatest);

class AttentionSpans {
public:
  /// For up to `most` queries at once, which are multiplied by `scale`.
  AttentionSpans(CpuKernelBuilder &k, const HeadMemory &memory, unsigned most, double scale);

  /// Takes the queries whose channel 0 lies at `columns`.
  void take(mlir::Value base, llvm::ArrayRef<mlir::Value> columns);

  /// Goes over the spans [begin, end), as far as keys are seen from `position`, where the first of
  /// `count` queries is: of `times` neighbours, as many as they are, or of 1, all there. `times` is
  /// 1, or divides `position`. Where there is an `end`, all see the keys before it. `score` makes
  /// of the products of query number q and the keys from `key` on what softmax is of; null: nothing
  /// else. When the weighted values of a span are in `weighted`, `use` gets its
  /// number, the greatest scores and the sums of the weights exp(score - greatest), a lane each
  /// query.
  using Use = llvm::function_ref<void(mlir::Value span, mlir::Value greatest, mlir::Value sums)>;
  using Score = llvm::function_ref<mlir::Value(unsigned q, mlir::Value products, mlir::Value key)>;
  struct Queries {
    mlir::Value position, end; // end: null where each sees the keys up to its own position
    unsigned times, count;
    Score score;
  };
  void emit(mlir::Value begin, mlir::Value end, const Queries &queries, Use use);

  mlir::Value weighted; // the thread's own, (most, D)
  const int64_t keys;   // in a span

private:
  void strip(mlir::Value first, llvm::ArrayRef<mlir::Value> visible, Score score, Use use);
  void scores(mlir::Value first, mlir::Value vectors, unsigned count);
  void tile(mlir::Value blockStart, mlir::Value within, mlir::Value to, unsigned vectors,
            unsigned count);
  void hide(mlir::Value vectors, llvm::ArrayRef<mlir::Value> visible);
  void weigh(mlir::Value span, mlir::Value vectors, unsigned count);
  mlir::Value weighVector(mlir::Value score, mlir::Value subtrahend, mlir::Value at);
  void weighValues(mlir::Value first, mlir::Value within, llvm::ArrayRef<Piece> pieces,
                   llvm::ArrayRef<mlir::Value> visible);

  CpuKernelBuilder &k;
  const HeadMemory &memory;
  const int64_t stripLength; // keys
  const double scale;
  unsigned lanes; // of a vector of scores, whose weights are added up: of pairs a register holds
  int64_t queryLanes;
  mlir::Type f32;
  mlir::Value queries, scoreStack, weights;
  mlir::Value maxima, sums; // (spans of a strip, count)
};

} // namespace tenon
