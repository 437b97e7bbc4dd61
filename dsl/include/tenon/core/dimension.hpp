// Dimensions: types that name an extent. Same type = same dimension; equal numbers under two names
// do not fit each other. Declared by the model:
//   struct n_embd : dim<768> {};       known at compile time
//   struct seq    : dyn<1, 1024> {};   known at run time, within bounds
#pragma once
#include <concepts>
#include <cstdint>

#include "tenon/core/text.hpp"

namespace tenon {

/// An extent of N elements.
template <std::uint32_t N>
struct dim {
  static constexpr std::uint32_t min = N, max = N;
};

/// An extent of Min to Max elements, both included, which each call chooses.
template <std::uint32_t Min, std::uint32_t Max>
struct dyn {
  static constexpr std::uint32_t min = Min, max = Max;
};

namespace detail {

constexpr bool in_identifier(char c) {
  return c == '_' || ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
}

/// The unqualified name of D: the last identifier before the `]` that ends the signature, which
/// reads `[with D = ...]` from g++ and `[D = ...]` from clang. Empty for a template instance.
template <class D>
constexpr text type_name() {
  const char* signature = __PRETTY_FUNCTION__;
  std::uint32_t end = sizeof(__PRETTY_FUNCTION__) - 2;  // before `]`
  std::uint32_t begin = end;
  while (in_identifier(signature[begin - 1])) --begin;
  return {signature + begin, end - begin};
}

/// FNV-1a, 64 bits, over the signature, which holds the type's full name.
template <class D>
consteval std::uint64_t signature_hash() {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char* letter = __PRETTY_FUNCTION__; *letter != 0; ++letter)
    hash = (hash ^ static_cast<unsigned char>(*letter)) * 0x100000001B3u;
  return hash;
}

/// One number for each type: tells two dimensions of one name apart. (Not the address of a variable:
/// g++ does not compare addresses in constant expressions under -fsanitize.)
template <class D>
inline constexpr std::uint64_t identity = signature_hash<D>();

}  // namespace detail

/// A type with an extent; declared well if, besides, it has a name of its own and 0 < min <= max.
template <class D>
concept dimension = requires {
  { D::min } -> std::convertible_to<std::uint32_t>;
  { D::max } -> std::convertible_to<std::uint32_t>;
};

/// A dimension whose extent is known at compile time: what parameters are made of.
template <class D>
concept static_dimension = dimension<D> && (D::min == D::max);

}  // namespace tenon
