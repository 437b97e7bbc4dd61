// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shared library opened at run time: how drivers are reached.
#pragma once
#include <utility>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

class library {
 public:
  library() = default;
  library(library&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  library& operator=(library&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~library();

  /// TENON_UNAVAILABLE with the loader's reason where it cannot be opened; `what` names its
  /// purpose.
  static tenon_status open(const char* file, const char* what, library& opened);

  /// Null where there is no such symbol.
  [[nodiscard]] void* symbol(const char* name) const;

 private:
  void* handle_ = nullptr;
};

}  // namespace tenon::runtime::detail
