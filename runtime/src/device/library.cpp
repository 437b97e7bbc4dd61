// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Opening drivers; see library.hpp.
#include "library.hpp"

#include <dlfcn.h>

#include "failure.hpp"

namespace tenon::runtime::detail {

library::~library() {
  if (handle_ != nullptr) dlclose(handle_);
}

tenon_status library::open(const char* file, const char* what, library& opened) {
  library fresh;
  fresh.handle_ = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (fresh.handle_ == nullptr) {
    const char* const reason = dlerror();
    return failure(TENON_UNAVAILABLE,
                   "no %s on this machine: %s; install its driver or use the CPU", what,
                   reason == nullptr ? file : reason);
  }
  opened = std::move(fresh);
  return success();
}

void* library::symbol(const char* name) const { return dlsym(handle_, name); }

}  // namespace tenon::runtime::detail
