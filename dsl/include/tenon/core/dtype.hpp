// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element types, as tags: the DSL computes nothing, so they need no arithmetic.
#pragma once
#include "tenon/graph/format.hpp"

namespace tenon {

struct f32 {
  static constexpr graph::dtype code = graph::dtype::f32;
};
struct bf16 {
  static constexpr graph::dtype code = graph::dtype::bf16;
};
struct i32 {
  static constexpr graph::dtype code = graph::dtype::i32;
};
struct f64 {
  static constexpr graph::dtype code = graph::dtype::f64;
};

template <class T>
concept element = __is_same(T, f32) || __is_same(T, bf16) || __is_same(T, i32) || __is_same(T, f64);

template <class T>
concept floating_element = element<T> && !__is_same(T, i32);

namespace detail {

template <class T>
struct computed {
  using type = T;
};
template <>
struct computed<bf16> {
  using type = f32;
};

}  // namespace detail

/// The element type of what is computed from parameters of T: bf16 is for storage, sums are f32.
template <class T>
using computed_t = typename detail::computed<T>::type;

}  // namespace tenon
