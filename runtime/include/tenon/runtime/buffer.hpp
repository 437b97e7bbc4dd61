// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Owned memory for a call's inputs and outputs, aligned as generated code needs it.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

#include <sys/mman.h>

#include <tenon/runtime/status.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// `size()` zeroed elements aligned to TENON_ALIGNMENT bytes. Move-only; converts to std::span.
template <class T>
  requires std::is_trivially_copyable_v<T>
class buffer {
 public:
  /// TENON_OUT_OF_MEMORY where the system has not that much.
  static result<buffer> create(std::size_t count) {
    constexpr std::size_t most = (std::numeric_limits<std::size_t>::max() - huge_page) / sizeof(T);
    const std::size_t least = count > most ? 0 : std::max<std::size_t>(count, 1) * sizeof(T);
    const std::size_t alignment = least < huge_page ? TENON_ALIGNMENT : huge_page;
    const std::size_t bytes = (least + alignment - 1) / alignment * alignment;
    void* memory = bytes == 0 ? nullptr : std::aligned_alloc(alignment, bytes);
#ifdef MADV_HUGEPAGE
    if (memory != nullptr && bytes >= huge_page)
      static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
#endif
    if (memory == nullptr)
      return status(tenon_status{TENON_OUT_OF_MEMORY, "no memory for a buffer; use smaller sizes"});
    buffer made(static_cast<T*>(memory), count);
    std::fill_n(made.data(), count, T{});
    return made;
  }

  [[nodiscard]] T* data() noexcept { return data_.get(); }
  [[nodiscard]] const T* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }

  /// The first `count` elements. Precondition: count <= size().
  std::span<T> first(std::size_t count) noexcept { return {data(), count}; }
  std::span<const T> first(std::size_t count) const noexcept { return {data(), count}; }

 private:
  struct release {
    void operator()(T* memory) const noexcept { std::free(memory); }
  };
  // Buffers of at least this size ask for such pages; the system may refuse. GPT-2's token table
  // and 64 x 1024 rows of its gradient in such buffers: summing the rows takes 6.0 instead of
  // 6.2 ms, 8 x 1024 of them 2.0 instead of 3.0 (2 threads of a Zen 5).
  static constexpr std::size_t huge_page = std::size_t{2} << 20;
  buffer(T* memory, std::size_t count) noexcept : data_(memory), size_(count) {}

  std::unique_ptr<T, release> data_;
  std::size_t size_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
