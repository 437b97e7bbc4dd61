// Names: of dimensions and parameters as values, of inputs and outputs as template arguments.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tenon {

/// Letters that outlive the compilation step: of a literal or a signature. Not terminated.
struct text {
  const char* data;
  std::uint32_t size;

  constexpr text(const char* data, std::uint32_t size) : data(data), size(size) {}
  constexpr text(const char* terminated) : data(terminated), size(0) {
    while (data[size] != 0) ++size;
  }
};

/// A string literal as a template argument: input<"ids", ...>.
template <std::size_t N>
struct fixed_name {
  char letters[N]{};

  constexpr fixed_name() = default;
  constexpr fixed_name(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) letters[i] = literal[i];
  }
  constexpr operator text() const { return {letters, N - 1}; }
};

}  // namespace tenon
