// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU detection; see cpu.hpp.
#include "cpu.hpp"

#include <tenon/runtime/runtime.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tenon::runtime::detail {
namespace {

constexpr std::uint32_t bit(int position) { return std::uint32_t{1} << position; }
constexpr bool has(std::uint32_t word, std::uint32_t bits) { return (word & bits) == bits; }

// Leaf 1, ECX: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; then FMA, MOVBE, OSXSAVE, AVX,
// F16C.
constexpr std::uint32_t v2_leaf1 = bit(0) | bit(9) | bit(13) | bit(19) | bit(20) | bit(23);
constexpr std::uint32_t v3_leaf1 = bit(12) | bit(22) | bit(27) | bit(28) | bit(29);
// Leaf 0x80000001, ECX: LAHF/SAHF; then LZCNT.
constexpr std::uint32_t v2_extended = bit(0);
constexpr std::uint32_t v3_extended = bit(5);
// Leaf 7, EBX: BMI1, AVX2, BMI2; then AVX-512 F, DQ, CD, BW, VL.
constexpr std::uint32_t v3_leaf7 = bit(3) | bit(5) | bit(8);
constexpr std::uint32_t v4_leaf7 = bit(16) | bit(17) | bit(28) | bit(30) | bit(31);
constexpr std::uint32_t avx512_bf16 = bit(5);  // leaf 7.1, EAX
// XCR0: SSE and AVX state; then opmask, upper ZMM, high ZMM.
constexpr std::uint32_t ymm_state = bit(1) | bit(2);
constexpr std::uint32_t zmm_state = bit(5) | bit(6) | bit(7);

}  // namespace

std::uint32_t x86_features(const cpu_words& words) {
  const auto saved = static_cast<std::uint32_t>(words.xcr0);
  if (!has(words.leaf1_ecx, v2_leaf1) || !has(words.extended1_ecx, v2_extended)) return 0;
  std::uint32_t features = TENON_CPU_X86_64_V2;
  if (!has(words.leaf1_ecx, v3_leaf1) || !has(words.extended1_ecx, v3_extended) ||
      !has(words.leaf7_ebx, v3_leaf7) || !has(saved, ymm_state))
    return features;
  features |= TENON_CPU_X86_64_V3;
  if (!has(words.leaf7_ebx, v4_leaf7) || !has(saved, ymm_state | zmm_state)) return features;
  features |= TENON_CPU_X86_64_V4;
  if (has(words.leaf7_1_eax, avx512_bf16)) features |= TENON_CPU_AVX512_BF16;
  return features;
}

std::uint32_t cpu_features() {
#if defined(__x86_64__)
  cpu_words words;
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(1, 0, &a, &b, &c, &d)) words.leaf1_ecx = c;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    words.leaf7_ebx = b;
    const std::uint32_t last_subleaf = a;
    if (last_subleaf >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) words.leaf7_1_eax = a;
  }
  if (__get_cpuid_count(0x80000001u, 0, &a, &b, &c, &d)) words.extended1_ecx = c;
  if (has(words.leaf1_ecx, bit(27))) {  // OSXSAVE: xgetbv may be executed
    std::uint32_t low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    words.xcr0 = (std::uint64_t{high} << 32) | low;
  }
  return x86_features(words);
#elif defined(__aarch64__)
  return TENON_CPU_AARCH64;
#else
  return 0;
#endif
}

}  // namespace tenon::runtime::detail

extern "C" uint32_t tenon_cpu_features(void) { return tenon::runtime::detail::cpu_features(); }
