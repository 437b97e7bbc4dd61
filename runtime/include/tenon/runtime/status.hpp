// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How a call ended (status), and a value or the reason for its absence (result).
// Thin C++ over tenon_status of runtime.h; nothing here allocates or throws.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// The outcome of a call; true in a condition where it succeeded.
class [[nodiscard]] status {
 public:
  status() noexcept {
    raw_.code = TENON_OK;
    raw_.message[0] = '\0';
  }
  status(const tenon_status& raw) noexcept : raw_(raw) {}

  [[nodiscard]] bool ok() const noexcept { return raw_.code == TENON_OK; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] tenon_status_code code() const noexcept {
    return static_cast<tenon_status_code>(raw_.code);
  }
  /// One line naming the thing, the values and the next step; empty on success.
  [[nodiscard]] const char* message() const noexcept { return raw_.message; }
  [[nodiscard]] const tenon_status& raw() const noexcept { return raw_; }

 private:
  tenon_status raw_;
};

/// A T, or the status that says why there is none.
template <class T>
class [[nodiscard]] result {
 public:
  result(T value) noexcept : value_(std::move(value)) {}
  /// Precondition: `failure` is one.
  result(const status& failure) noexcept : status_(failure) {}

  [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  /// Why there is no value; a success where there is one.
  [[nodiscard]] const status& error() const noexcept { return status_; }
  [[nodiscard]] const char* message() const noexcept { return status_.message(); }

  /// The value. Where there is none, prints why and ends the program: test first.
  T& operator*() & noexcept { return checked(); }
  const T& operator*() const& noexcept { return checked(); }
  T&& operator*() && noexcept { return std::move(checked()); }
  T* operator->() noexcept { return &checked(); }
  const T* operator->() const noexcept { return &checked(); }

 private:
  T& checked() noexcept {
    if (!value_) abandon();
    return *value_;
  }
  const T& checked() const noexcept {
    if (!value_) abandon();
    return *value_;
  }
  [[noreturn]] void abandon() const noexcept {
    std::fprintf(stderr, "tenon: a result without a value was used: %s\n", message());
    std::abort();
  }

  std::optional<T> value_;
  status status_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
