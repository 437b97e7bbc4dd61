// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element types; see element.hpp.
#include "element.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include <tenon/runtime/abi.h>

namespace tenon::runtime::detail {
namespace {

struct row {
  const char* name;
  std::size_t bytes;
};
// In the order of the enumeration.
constexpr row rows[] = {
    {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
    {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},     {"U32", 4},
    {"F32", 4},  {"I64", 8}, {"U64", 8}, {"F64", 8},     {"C64", 8},     {"of another type", 0}};
static_assert(sizeof rows / sizeof rows[0] == static_cast<std::size_t>(element::other) + 1);

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

// To nearest, ties to even; a NaN stays one.
std::uint16_t narrow_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

// To nearest in one rounding: that to f32 goes towards zero and leaves a trace in its last bit.
std::uint16_t narrow_to_bf16(double value) {
  const auto near = static_cast<float>(value);
  auto bits = std::bit_cast<std::uint32_t>(near);
  if (value != value || double{near} == value) return narrow_to_bf16(near);
  if (std::abs(double{near}) > std::abs(value)) --bits;
  return narrow_to_bf16(std::bit_cast<float>(bits | 1u));
}

template <class T>
bool is_finite(T value) {
  return std::isfinite(value);
}
bool is_finite(std::uint16_t bf16) { return (bf16 & 0x7F80u) != 0x7F80u; }

// Forward, one element at a time and through memcpy: source and destination may overlap as the
// header allows, and neither need be aligned.
template <class From, class To, class Function>
std::size_t convert_each(const std::byte* from, std::byte* to, std::size_t count,
                         Function function) {
  for (std::size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * sizeof value, sizeof value);
    const To converted = function(value);
    // Only narrower types are left by finite values.
    if constexpr (std::is_floating_point_v<From>)
      if (!is_finite(converted) && std::isfinite(value)) return i;
    std::memcpy(to + i * sizeof converted, &converted, sizeof converted);
  }
  return count;
}

template <class To>
std::size_t convert_to(element source, const std::byte* from, std::byte* to, std::size_t count) {
  const auto same = [](auto value) { return static_cast<To>(value); };
  if (source == element::f16) return convert_each<std::uint16_t, To>(from, to, count, widen_f16);
  if (source == element::bf16) return convert_each<std::uint16_t, To>(from, to, count, widen_bf16);
  if (source == element::f32) return convert_each<float, To>(from, to, count, same);
  return convert_each<double, To>(from, to, count, same);
}

std::size_t convert_to_bf16(element source, const std::byte* from, std::byte* to,
                            std::size_t count) {
  const auto narrow = [](auto value) { return narrow_to_bf16(value); };
  if (source == element::f32) return convert_each<float, std::uint16_t>(from, to, count, narrow);
  if (source == element::f64) return convert_each<double, std::uint16_t>(from, to, count, narrow);
  return convert_each<std::uint16_t, std::uint16_t>(
      from, to, count, [](std::uint16_t half) { return narrow_to_bf16(widen_f16(half)); });
}

}  // namespace

element element_from_name(std::string_view name) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(element::other); ++i)
    if (name == rows[i].name) return static_cast<element>(i);
  return element::other;
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
  if (from == to) return from != element::other;
  const bool real =
      from == element::f64 || from == element::f32 || from == element::f16 || from == element::bf16;
  return real && (to == element::f64 || to == element::f32 || to == element::bf16);
}

std::size_t convert(element source, const std::byte* from, element destination, std::byte* to,
                    std::size_t count) {
  if (source == destination) {
    std::memmove(to, from, count * element_bytes(source));
    return count;
  }
  if (destination == element::bf16) return convert_to_bf16(source, from, to, count);
  if (destination == element::f32) return convert_to<float>(source, from, to, count);
  return convert_to<double>(source, from, to, count);
}

}  // namespace tenon::runtime::detail
