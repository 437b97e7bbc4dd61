// Facts about the instruction sets that kernels are emitted for: rows of data, no code.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace tenon {

/// One CPU variant. The emitters read these numbers; nothing else distinguishes targets.
struct Target {
  llvm::StringRef name;    // as in TENON_CPU and tenon_add_model(... CPU)
  llvm::StringRef machine; // the object's machine it belongs to: "x86-64", "aarch64"
  llvm::StringRef triple;
  llvm::StringRef cpu;          // LLVM's -mcpu
  llvm::StringRef features;     // LLVM's -mattr
  llvm::StringRef cpuBits;      // tenon_variant.cpu, as an expression over abi.h's TENON_CPU_*
  unsigned lanes;               // f32 lanes of a vector register
  unsigned tileRows;            // MR of the GEMM micro-kernel
  unsigned tileVectors;         // its NR in vector registers
  unsigned dotRows, dotColumns; // accumulators of the dot-product tile (transposed weights)
  bool fma;                     // fused multiply-add in hardware; otherwise multiply and add
  bool sfence; // non-temporal stores need a store fence before others may read them

  /// NR: columns of one packed weight panel.
  unsigned panelColumns() const { return lanes * tileVectors; }
};

/// All CPU targets, most capable first.
llvm::ArrayRef<Target> cpuTargets();

/// The target of that name; null where there is none.
const Target *findTarget(llvm::StringRef name);

} // namespace tenon
