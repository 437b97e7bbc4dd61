// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Facts about the instruction sets that kernels are emitted for: rows of data, no code.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>

namespace tenon {

/// One CPU variant; emitters read these numbers, nothing else distinguishes targets. The rows that
/// the GPU emitters hand to the common code leave out what only CPUs have.
struct Target {
  llvm::StringRef name = "";                 // as in TENON_CPU and tenon_add_model(... CPU)
  llvm::StringRef machine = "", triple = ""; // the object's machine: "x86-64", "aarch64"
  llvm::StringRef cpu = "", features = "";   // LLVM's -mcpu and -mattr
  llvm::StringRef cpuBits = "";              // tenon_variant.cpu, of abi.h's TENON_CPU_*
  unsigned lanes = 4;                        // f32 lanes of a vector register
  // Partial sums of what is added up over a row, whatever a register holds: 16 wherever there is
  // multiply-add in hardware, so that these targets give the same bits in f32.
  unsigned sumLanes = 16;
  unsigned tileRows = 0, tileVectors = 0; // the GEMM tile: MR, and NR in vector registers
  unsigned dotRows = 0, dotColumns = 0;   // of the dot-product tile (transposed weights)
  // Where pairs of bf16 are multiplied half by half, halves take registers beside the sums: in
  // place of tileRows, dotRows and dotColumns.
  unsigned widenedRows = 0, widenedDotRows = 0, widenedDotColumns = 0;
  unsigned queries = 2;         // of attention, side by side; a power of two
  bool fma = true;              // multiply-add in hardware; otherwise mul, then add
  llvm::StringRef bf16Dot = ""; // LLVM's dot of bf16 pairs, added to f32; "": none
  bool sfence = false;          // non-temporal stores need a fence before others may read them

  /// Whether pairs of bf16 are multiplied half by half.
  bool widensPairs() const { return bf16Dot.empty(); }
  /// MR for factors of f32, or of pairs of bf16.
  unsigned rowsOfTile(bool pairs) const { return pairs && widensPairs() ? widenedRows : tileRows; }
  /// Of `most` rows side by side as many as leave registers for the sums of each.
  unsigned rowsBeside(unsigned most) const { return std::max(1u, most * lanes / sumLanes); }
  /// NR: columns of one packed weight panel.
  unsigned panelColumns() const { return lanes * tileVectors; }
};

/// All CPU targets, most capable first.
llvm::ArrayRef<Target> cpuTargets();

/// The target of that name; null where there is none.
const Target *findTarget(llvm::StringRef name);

} // namespace tenon
