// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element types as checkpoints know them (more than a model has), and conversion between them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenon::runtime::detail {

/// The dtypes of the safetensors format that take whole bytes, and one for all others: of four or
/// six bits, or newer than this file.
enum class element : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  i64,
  u64,
  f64,
  c64,
  other
};

/// The type of a name; `other` where it is none of those above.
element element_from_name(std::string_view name);
const char* element_name(element type);
std::size_t element_bytes(element type);  // of `other` nothing is known: 0

/// The element type of a tenon_dtype.
element element_of(std::uint32_t dtype);

/// Whether convert() can: between f64, f32, f16 and bf16, but not to f16, which no model has.
bool converts(element from, element to);

/// Converts `count` values: exactly, or rounded to nearest, ties to even, where the destination is
/// narrower. `from` may lie at the end of the destination's memory: values are read before the
/// wider ones reach them. Precondition: converts(source, destination).
///   Returns how many were converted: less than `count` where the next is finite and beyond what
///   the destination holds.
std::size_t convert(element source, const std::byte* from, element destination, std::byte* to,
                    std::size_t count);

}  // namespace tenon::runtime::detail
