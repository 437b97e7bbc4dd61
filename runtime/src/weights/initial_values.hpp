// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Initial values in the bits of a generated entry `init` (parameters/Initialise.cpp and
// kernel/Math.cpp in codegen/emit): the same operations on f32 in the same order.
#pragma once
#include <array>
#include <cstdint>

namespace tenon::runtime::detail {

/// Philox4x32-10. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// FNV-1a of a parameter's name, which tells its numbers from those of others.
std::uint32_t stream_of(const char* name);

/// As many elements as are worked out together.
inline constexpr std::size_t line_elements = 16;
using line_words = std::array<std::uint32_t, line_elements>;

/// Uniform in (-scale, scale).
void draw_uniform(const line_words& words, float scale, float* line);
/// Normal, of deviation `scale`. `fuses`: as code with fused multiply-add has it.
void draw_normal(const line_words& words, float scale, bool fuses, float* line);

}  // namespace tenon::runtime::detail
