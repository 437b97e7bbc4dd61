// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What this CPU can run, in the TENON_CPU_* bits of the ABI.
#pragma once
#include <cstdint>

namespace tenon::runtime::detail {

/// The CPUID words and XCR0 that decide; filled by hand in tests.
struct cpu_words {
  std::uint32_t leaf1_ecx = 0, leaf7_ebx = 0, leaf7_1_eax = 0;
  std::uint32_t extended1_ecx = 0;  // leaf 0x80000001
  std::uint64_t xcr0 = 0;           // 0 unless the OS has enabled XSAVE
};

/// The psABI levels and extensions of an x86-64 CPU. A level counts only if the operating system
/// saves its registers (XCR0). Source: x86-64 psABI 1.0, table 3.1; Intel SDM vol. 1, 13.3.
std::uint32_t x86_features(const cpu_words& words);

/// The bits of the CPU that this runs on.
std::uint32_t cpu_features();

}  // namespace tenon::runtime::detail
