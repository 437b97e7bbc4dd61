// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Non-owning tensors typed with a model's dimensions: what typed entries take.
// A generated header derives one tag a dimension from `dimension`; sizes known at compile time need
// no argument, the others are given at construction and checked when the tensor is passed.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Base of a dimension tag: its index in tenon_model.dims and its bounds.
template <std::uint32_t Index, std::int64_t Min, std::int64_t Max>
struct dimension {
  static constexpr std::uint32_t index = Index;
  static constexpr std::int64_t min = Min, max = Max;
  static constexpr bool is_static = Min == Max;
};

template <class T>
concept Dimension = requires {
  { T::index } -> std::convertible_to<std::uint32_t>;
  { T::min } -> std::convertible_to<std::int64_t>;
  { T::max } -> std::convertible_to<std::int64_t>;
};

/// A bfloat16 value: the upper half of a float's bits.
struct bf16 {
  std::uint16_t bits;
};

/// The tenon_dtype of an element type; defined for float, double, std::int32_t and bf16.
template <class T>
inline constexpr tenon_dtype dtype_of = [] {
  static_assert(std::is_same_v<T, float>, "tensor elements are float, double, int32_t or bf16");
  return TENON_F32;
}();
template <>
inline constexpr tenon_dtype dtype_of<double> = TENON_F64;
template <>
inline constexpr tenon_dtype dtype_of<std::int32_t> = TENON_I32;
template <>
inline constexpr tenon_dtype dtype_of<bf16> = TENON_BF16;

/// A row-major, dense view of T with one dimension tag an axis. It owns nothing. `const T` makes an
/// input, `T` an output. Elements must be aligned to TENON_ALIGNMENT (see buffer.hpp).
///   tensor<const std::int32_t, batch, seq> ids(tokens, 1, 12);   // B = 1, T = 12
/// A wrong number of elements, or a size out of its bounds, is a status of the call it is passed
/// to.
template <class T, Dimension... Dims>
class tensor {
  static constexpr std::size_t n_dynamic = (std::size_t{0} + ... + (Dims::is_static ? 0 : 1));

 public:
  using element_type = T;
  static constexpr std::size_t rank = sizeof...(Dims);

  /// Views `data`, which must hold exactly the product of the sizes; `sizes` are those of the
  /// dimensions that are not static, in order.
  template <std::convertible_to<std::int64_t>... Sizes>
    requires(sizeof...(Sizes) == n_dynamic)
  constexpr tensor(std::span<T> data, Sizes... sizes) noexcept
      : data_(data.data()), count_(data.size()) {
    [[maybe_unused]] const std::array<std::int64_t, n_dynamic> given{
        static_cast<std::int64_t>(sizes)...};
    std::size_t axis = 0, next = 0;
    ((sizes_[axis++] = Dims::is_static ? Dims::max : given[next++]), ...);
    static_cast<void>(next);
  }

  /// Views a variable as a scalar (rank 0), which needs no alignment beyond its own.
  constexpr tensor(T& value) noexcept
    requires(rank == 0)
      : data_(&value), count_(1) {}
  tensor(T&& value)
    requires(rank == 0)
  = delete;

  /// One size for each dimension that is not static, no more and no less.
  template <class... Sizes>
    requires(sizeof...(Sizes) != n_dynamic)
  tensor(std::span<T> data, Sizes... sizes) = delete;

  /// A writable tensor may be passed where one is only read.
  template <class U>
    requires(std::is_same_v<const U, T>)
  constexpr tensor(const tensor<U, Dims...>& other) noexcept
      : data_(other.data_), count_(other.count_), sizes_(other.sizes_) {}

  /// Any other tensor does not fit. Deleted, not absent: compilers then name both in one line.
  template <class U, class... Others>
    requires(!std::is_same_v<tensor<const U, Others...>, tensor>)
  tensor(const tensor<U, Others...>& other) = delete;

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t count() const noexcept { return count_; }  // elements
  [[nodiscard]] constexpr const std::array<std::int64_t, rank>& sizes() const noexcept {
    return sizes_;
  }

 private:
  template <class, Dimension...>
  friend class tensor;

  T* data_;
  std::size_t count_;
  std::array<std::int64_t, rank> sizes_{};
};

/// The tensor as the C interface takes it.
template <class T, class... Dims>
tenon_view view_of(const tensor<T, Dims...>& x) noexcept {
  using element = std::remove_const_t<T>;
  return {const_cast<element*>(x.data()), x.count(), dtype_of<element>,
          static_cast<std::uint32_t>(sizeof...(Dims)), x.sizes().data()};
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
