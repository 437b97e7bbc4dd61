// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Zeroed memory straight from the kernel, for weights, arenas and states: committed page by page as
// it is touched, and in huge pages where the system offers them.
#pragma once
#include <cstddef>
#include <utility>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// Move-only owner of an anonymous mapping (page-aligned, so aligned to TENON_ALIGNMENT).
class mapping {
 public:
  mapping() = default;
  mapping(mapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  mapping& operator=(mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~mapping();

  /// Maps `bytes` (0: nothing is mapped, data() is null). `what` names it in the message.
  static tenon_status create(std::size_t bytes, const char* what, mapping& made);

  /// Makes every byte zero again by giving the pages back.
  tenon_status clear();

  [[nodiscard]] void* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace tenon::runtime::detail
