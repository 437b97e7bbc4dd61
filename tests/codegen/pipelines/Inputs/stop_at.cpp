// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Preloaded into tenonc (LD_PRELOAD), sends it the signal STOP_BY at a point of writing its file:
// STOP_AT is "create", right after a file came to be, "half", when half of its bytes are written,
// "rename", right before it gets its name, or "renamed", right after.
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {
void stopAt(const char *point) {
  const char *at = std::getenv("STOP_AT"), *by = std::getenv("STOP_BY");
  if (at && by && std::strcmp(at, point) == 0)
    raise(std::atoi(by));
}

template <class Function>
Function *original(const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

int openAs(const char *name, const char *path, int flags, mode_t mode) {
  const int file = original<int(const char *, int, ...)>(name)(path, flags, mode);
  if (file >= 0 && (flags & O_CREAT) != 0)
    stopAt("create");
  return file;
}
} // namespace

extern "C" int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return openAs("open", path, flags, mode);
}

extern "C" int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return openAs("open64", path, flags, mode);
}

extern "C" ssize_t write(int file, const void *bytes, size_t size) {
  static auto *const function = original<ssize_t(int, const void *, size_t)>("write");
  struct stat what{};
  const bool isFile = fstat(file, &what) == 0 && S_ISREG(what.st_mode);
  const ssize_t written = function(file, bytes, isFile && size > 1 ? size / 2 : size);
  if (isFile)
    stopAt("half");
  return written;
}

extern "C" int rename(const char *from, const char *to) noexcept {
  stopAt("rename");
  const int result = original<int(const char *, const char *)>("rename")(from, to);
  stopAt("renamed");
  return result;
}
