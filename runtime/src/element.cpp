// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element types; see element.hpp.
#include "element.hpp"

#include <bit>
#include <cstring>

#include <tenon/runtime/abi.h>

namespace tenon::runtime::detail {
namespace {

struct row {
  const char* name;
  std::size_t bytes;
};
// In the order of the enumeration.
constexpr row rows[] = {{"BOOL", 1},    {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                        {"F8_E8M0", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},     {"BF16", 2},
                        {"I32", 4},     {"U32", 4}, {"F32", 4}, {"I64", 8},     {"U64", 8},
                        {"F64", 8},     {"C64", 8}};
static_assert(sizeof rows / sizeof rows[0] == static_cast<std::size_t>(element::c64) + 1);

// IEEE 754 binary16 to binary32; every value, NaN payloads included, has an exact image.
float widen_f16(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16;
  const std::uint32_t exponent = (half >> 10) & 31u;
  std::uint32_t mantissa = half & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent > 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  if (mantissa == 0) return std::bit_cast<float>(sign);
  const int shift = std::countl_zero(mantissa) - 21;  // a subnormal: bring the first one to bit 10
  mantissa = (mantissa << shift) & 1023u;
  return std::bit_cast<float>(sign | (static_cast<std::uint32_t>(113 - shift) << 23) |
                              (mantissa << 13));
}

float widen_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
float identity(float value) { return value; }

// To nearest, ties to even; a NaN stays one.
std::uint16_t narrow_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

// Forward, one element at a time and through memcpy: source and destination may overlap as the
// header allows, and neither need be aligned.
template <class From, class To, class Function>
void convert_each(const std::byte* from, std::byte* to, std::size_t count, Function widen) {
  for (std::size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * sizeof value, sizeof value);
    const To wide = widen(value);
    std::memcpy(to + i * sizeof wide, &wide, sizeof wide);
  }
}

template <class To>
void convert_to(element source, const std::byte* from, std::byte* to, std::size_t count) {
  if (source == element::f16) convert_each<std::uint16_t, To>(from, to, count, widen_f16);
  if (source == element::bf16) convert_each<std::uint16_t, To>(from, to, count, widen_bf16);
  if (source == element::f32) convert_each<float, To>(from, to, count, identity);
}

void convert_to_bf16(element source, const std::byte* from, std::byte* to, std::size_t count) {
  if (source == element::f32)
    convert_each<float, std::uint16_t>(from, to, count, narrow_to_bf16);
  else
    convert_each<std::uint16_t, std::uint16_t>(
        from, to, count, [](std::uint16_t half) { return narrow_to_bf16(widen_f16(half)); });
}

}  // namespace

bool element_from_name(std::string_view name, element& type) {
  for (std::size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i)
    if (name == rows[i].name) {
      type = static_cast<element>(i);
      return true;
    }
  return false;
}

const char* element_name(element type) { return rows[static_cast<std::size_t>(type)].name; }
std::size_t element_bytes(element type) { return rows[static_cast<std::size_t>(type)].bytes; }

element element_of(std::uint32_t dtype) {
  switch (dtype) {
    case TENON_BF16:
      return element::bf16;
    case TENON_I32:
      return element::i32;
    case TENON_F64:
      return element::f64;
    default:
      return element::f32;
  }
}

bool converts(element from, element to) {
  if (from == to) return true;
  if (to == element::bf16) return from == element::f32 || from == element::f16;
  const bool small = from == element::f16 || from == element::bf16;
  return (to == element::f32 && small) || (to == element::f64 && (small || from == element::f32));
}

void convert(element source, const std::byte* from, element destination, std::byte* to,
             std::size_t count) {
  if (source == destination)
    std::memmove(to, from, count * element_bytes(source));
  else if (destination == element::bf16)
    convert_to_bf16(source, from, to, count);
  else if (destination == element::f32)
    convert_to<float>(source, from, to, count);
  else
    convert_to<double>(source, from, to, count);
}

}  // namespace tenon::runtime::detail
