// The table of CPU targets. A new instruction set is a new row.
#include "Target.h"

namespace tenon {

// Tiles fill the registers: MR x NR/lanes accumulators, NR/lanes weights, one broadcast.
// -prefer-256-bit: x86-64-v4 would otherwise split 512-bit vectors in two.
static const Target targets[] = {
    {.name = "x86-64-v4-bf16",
     .machine = "x86-64",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v4",
     .features = "-prefer-256-bit,+avx512bf16,+avx512vnni",
     .cpuBits = "TENON_CPU_X86_64_V4 | TENON_CPU_AVX512_BF16",
     .lanes = 16,
     .tileRows = 6,
     .tileVectors = 4,
     .dotRows = 4,
     .dotColumns = 6,
     .fma = true,
     .sfence = true},
    {.name = "x86-64-v4",
     .machine = "x86-64",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v4",
     .features = "-prefer-256-bit",
     .cpuBits = "TENON_CPU_X86_64_V4",
     .lanes = 16,
     .tileRows = 6,
     .tileVectors = 4,
     .dotRows = 4,
     .dotColumns = 6,
     .fma = true,
     .sfence = true},
    {.name = "x86-64-v3",
     .machine = "x86-64",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v3",
     .features = "",
     .cpuBits = "TENON_CPU_X86_64_V3",
     .lanes = 8,
     .tileRows = 6,
     .tileVectors = 2,
     .dotRows = 3,
     .dotColumns = 4,
     .fma = true,
     .sfence = true},
    {.name = "x86-64-v2",
     .machine = "x86-64",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v2",
     .features = "",
     .cpuBits = "TENON_CPU_X86_64_V2",
     .lanes = 4,
     .tileRows = 4,
     .tileVectors = 2,
     .dotRows = 2,
     .dotColumns = 4,
     .fma = false,
     .sfence = true},
    {.name = "aarch64",
     .machine = "aarch64",
     .triple = "aarch64-unknown-linux-gnu",
     .cpu = "generic",
     .features = "+neon",
     .cpuBits = "TENON_CPU_AARCH64",
     .lanes = 4,
     .tileRows = 8,
     .tileVectors = 3,
     .dotRows = 4,
     .dotColumns = 6,
     .fma = true,
     .sfence = false},
};

llvm::ArrayRef<Target> cpuTargets() { return targets; }

const Target *findTarget(llvm::StringRef name) {
  for (const Target &target : targets)
    if (target.name == name)
      return &target;
  return nullptr;
}

} // namespace tenon
