// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Formatting of failures; see failure.hpp.
#include "failure.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <tenon/runtime/printable.hpp>

namespace tenon::runtime::detail {
namespace {

// As printable() does, but allocating nothing; what does not fit ends in "...".
template <std::size_t N>
void copy_printable(std::string_view from, bool cut, char (&to)[N]) {
  constexpr std::string_view end = "...";
  std::size_t used = 0, whole = 0;  // `whole`: the end still fits behind so many
  while (!from.empty()) {
    const std::size_t bytes = printable_bytes(from);
    const std::size_t needed = bytes > 0 ? bytes : 4;  // "\\x1b"
    if (used + needed >= N) {
      cut = true;
      break;
    }
    if (bytes > 0)
      std::memcpy(to + used, from.data(), bytes);
    else
      std::snprintf(to + used, N - used, "\\x%02x", static_cast<unsigned char>(from[0]));
    used += needed;
    if (used + end.size() < N) whole = used;
    from.remove_prefix(bytes > 0 ? bytes : 1);
  }
  if (cut) {
    std::memcpy(to + whole, end.data(), end.size());
    used = whole + end.size();
  }
  to[used] = '\0';
}

}  // namespace

tenon_status failure(tenon_status_code code, const char* format, ...) {
  tenon_status outcome;
  outcome.code = code;
  char formatted[sizeof outcome.message];
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(formatted, sizeof formatted, format, arguments);
  va_end(arguments);
  if (length < 0) formatted[0] = '\0';
  copy_printable(formatted, length >= static_cast<int>(sizeof formatted), outcome.message);
  return outcome;
}

std::string shown(const std::string& path) {
  constexpr std::size_t most = 600;
  return path.size() <= most ? path : "..." + path.substr(path.size() - most);
}

const char* next_step(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "free space there and save again";
    case ENOENT:
    case ENOTDIR:
      return "make the folder first";
    case ENAMETOOLONG:
      return "use a shorter name";
    case ELOOP:
      return "correct the link";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions of file and folder, or save elsewhere";
    default:
      return "save elsewhere";
  }
}

}  // namespace tenon::runtime::detail
