// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of CPU targets. A new instruction set is a new row.
#include "Target.h"

namespace tenon {

/// A row for x86-64, with what all of them share.
static constexpr Target x86(Target row) {
  row.machine = "x86-64";
  row.triple = "x86_64-unknown-linux-gnu";
  row.sfence = true;
  return row;
}

// Tiles fill the registers: MR x NR/lanes accumulators, NR/lanes weights, one broadcast.
// -prefer-256-bit: x86-64-v4 would otherwise split 512-bit vectors in two.
static constexpr Target targets[] = {
    x86({.name = "x86-64-v4-bf16",
         .cpu = "x86-64-v4",
         .features = "-prefer-256-bit,+avx512bf16,+avx512vnni",
         .cpuBits = "TENON_CPU_X86_64_V4 | TENON_CPU_AVX512_BF16",
         .lanes = 16,
         .tileRows = 6,
         .tileVectors = 4,
         .dotRows = 4,
         .dotColumns = 6,
         .queries = 4,
         .bf16Dot = "llvm.x86.avx512bf16.dpbf16ps.512"}),
    x86({.name = "x86-64-v4",
         .cpu = "x86-64-v4",
         .features = "-prefer-256-bit",
         .cpuBits = "TENON_CPU_X86_64_V4",
         .lanes = 16,
         .tileRows = 6,
         .tileVectors = 4,
         .dotRows = 4,
         .dotColumns = 6,
         .widenedRows = 4,
         .widenedDotRows = 4,
         .widenedDotColumns = 4,
         .queries = 4}),
    x86({.name = "x86-64-v3",
         .cpu = "x86-64-v3",
         .cpuBits = "TENON_CPU_X86_64_V3",
         .lanes = 8,
         .tileRows = 6,
         .tileVectors = 2,
         .dotRows = 2,
         .dotColumns = 3,
         .widenedRows = 6,
         .widenedDotRows = 2,
         .widenedDotColumns = 4}),
    x86({.name = "x86-64-v2",
         .cpu = "x86-64-v2",
         .cpuBits = "TENON_CPU_X86_64_V2",
         .sumLanes = 4,
         .tileRows = 4,
         .tileVectors = 2,
         .dotRows = 2,
         .dotColumns = 4,
         .widenedRows = 4,
         .widenedDotRows = 2,
         .widenedDotColumns = 4,
         .fma = false}),
    {.name = "aarch64",
     .machine = "aarch64",
     .triple = "aarch64-unknown-linux-gnu",
     .cpu = "generic",
     .features = "+neon",
     .cpuBits = "TENON_CPU_AARCH64",
     .tileRows = 8,
     .tileVectors = 3,
     .dotRows = 2,
     .dotColumns = 3,
     .widenedRows = 6,
     .widenedDotRows = 4,
     .widenedDotColumns = 4,
     .queries = 4},
};

llvm::ArrayRef<Target> cpuTargets() { return targets; }

const Target *findTarget(llvm::StringRef name) {
  for (const Target &target : targets)
    if (target.name == name)
      return &target;
  return nullptr;
}

} // namespace tenon
