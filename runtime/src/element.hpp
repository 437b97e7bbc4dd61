// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element types as checkpoints know them (more than a model has), and conversion between them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenon::runtime::detail {

/// The dtypes of the safetensors format that take whole bytes.
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
  c64
};

/// False where the name is not in the format's closed list.
bool element_from_name(std::string_view name, element& type);
const char* element_name(element type);
std::size_t element_bytes(element type);

/// The element type of a tenon_dtype.
element element_of(std::uint32_t dtype);

/// Whether convert() can: where every value of `from` is a value of `to`, and from f32 and f16 to
/// bf16, which a model that computes in bf16 asks for.
bool converts(element from, element to);

/// Converts `count` values: exactly, or rounded to nearest, ties to even, where bf16 is asked for.
/// `from` may lie at the end of the destination's memory: values are read before the wider ones
/// reach them. Precondition: converts(source, destination).
void convert(element source, const std::byte* from, element destination, std::byte* to,
             std::size_t count);

}  // namespace tenon::runtime::detail
