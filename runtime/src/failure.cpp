// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Formatting of failures; see failure.hpp.
#include "failure.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace tenon::runtime::detail {

tenon_status failure(tenon_status_code code, const char* format, ...) {
  tenon_status outcome;
  outcome.code = code;
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(outcome.message, sizeof outcome.message, format, arguments);
  va_end(arguments);
  if (length < 0) outcome.message[0] = '\0';
  if (length >= static_cast<int>(sizeof outcome.message))
    std::memcpy(outcome.message + sizeof outcome.message - 4, "...", 4);
  for (char* c = outcome.message; *c != '\0'; ++c)
    if (*c < ' ' || *c > '~') *c = '?';
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
