// The user's source line: what every record of the graph carries into locations, profiles and
// diagnostics. Operations take `where at = where::here()` as their last parameter.
#pragma once
#include <cstdint>

namespace tenon {

/// A line of the model's source. `file` is as the compiler was given it (-ffile-prefix-map applies).
struct where {
  const char* file;
  std::uint32_t line;

  /// As a default argument: the line of the call that omits it. A call spread over lines counts
  /// as the line of its name; g++ and clang agree on that.
  static constexpr where here(const char* file = __builtin_FILE(),
                              std::uint32_t line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace tenon
