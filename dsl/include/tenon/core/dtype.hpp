// Element types, as tags: the DSL computes nothing, so they need no arithmetic.
#pragma once
#include <type_traits>

#include "tenon/graph/format.hpp"

namespace tenon {

struct f32 { static constexpr graph::dtype code = graph::dtype::f32; };
struct bf16 { static constexpr graph::dtype code = graph::dtype::bf16; };
struct i32 { static constexpr graph::dtype code = graph::dtype::i32; };
struct f64 { static constexpr graph::dtype code = graph::dtype::f64; };

template <class T>
concept element = std::is_same_v<std::remove_cv_t<decltype(T::code)>, graph::dtype> ||
                  std::is_same_v<decltype(T::code), const graph::dtype>;

template <class T>
concept floating_element = element<T> && !std::is_same_v<T, i32>;

}  // namespace tenon
