// Owned memory for a call's inputs and outputs, aligned as generated code needs it.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

#include <tenon/runtime/status.hpp>

namespace tenon::runtime {

/// `size()` zeroed elements aligned to TENON_ALIGNMENT bytes. Move-only; converts to std::span.
template <class T>
  requires std::is_trivially_copyable_v<T>
class buffer {
 public:
  /// TENON_OUT_OF_MEMORY where the system has not that much.
  static result<buffer> create(std::size_t count) {
    constexpr std::size_t most =
        (std::numeric_limits<std::size_t>::max() - TENON_ALIGNMENT) / sizeof(T);
    const std::size_t bytes =
        count > most ? 0 : round_up(std::max<std::size_t>(count, 1) * sizeof(T));
    void* memory = bytes == 0 ? nullptr : std::aligned_alloc(TENON_ALIGNMENT, bytes);
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
  static std::size_t round_up(std::size_t bytes) {
    return (bytes + TENON_ALIGNMENT - 1) / TENON_ALIGNMENT * TENON_ALIGNMENT;
  }
  buffer(T* memory, std::size_t count) noexcept : data_(memory), size_(count) {}

  std::unique_ptr<T, release> data_;
  std::size_t size_;
};

}  // namespace tenon::runtime
