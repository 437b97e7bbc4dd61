// What a model is written with: tensors (values of the graph), parameters, caches, inputs, outputs.
#pragma once
#include "tenon/core/dimension.hpp"
#include "tenon/core/dtype.hpp"
#include "tenon/core/initialiser.hpp"
#include "tenon/core/refusal.hpp"
#include "tenon/core/shape.hpp"
#include "tenon/core/text.hpp"
#include "tenon/graph/builder.hpp"

namespace tenon {

namespace detail {

/// A value of the graph under construction.
struct value_ref {
  graph::builder* graph;
  std::uint32_t index;
};

/// The right operand of `+`. An operator has no default arguments, but a conversion has: so it is
/// here that the line of the `+` is found.
template <class Y>
struct right_operand {
  const Y& value;
  where at;

  constexpr right_operand(const Y& value, where at = where::here()) : value(value), at(at) {}
};

template <class X, class Y>
consteval auto check_add();  // in tenon/ops/pointwise.hpp

}  // namespace detail

/// A value of shape (D...) and element type T: what operations take and return.
template <element T, dimension... D>
class tensor {
 public:
  using tensor_element = T;
  using shape = dims<D...>;
  using plain = tensor;  // without what an input or positions add

  constexpr explicit tensor(detail::value_ref ref) : ref_(ref) {}
  constexpr detail::value_ref ref() const { return ref_; }

  template <class X, class Check = decltype(detail::check_add<X, tensor>())>
    requires is_accepted<Check>
  friend constexpr auto operator+(X x, detail::right_operand<tensor> y) {
    return add(x, y.value, y.at);
  }

 private:
  detail::value_ref ref_;
};

/// An argument of the model, which its caller fills.
///   Name: as the generated entry calls it.
template <fixed_name Name, element T, dimension... D>
class input : public tensor<T, D...> {
 public:
  static constexpr text name() { return Name; }
  using tensor<T, D...>::tensor;
};

/// A learned tensor of shape (D...).
///   stem, leaf: together the checkpoint's name ("wte.weight"); inside repeat("h", ...) it becomes
///   "h.{}.<name>". Parameters of one name are one parameter: that is how a head is tied.
template <element T, static_dimension... D>
struct param {
  using param_element = T;
  using shape = dims<D...>;

  text stem;
  initialiser init;
  text leaf{""};

  template <class X, class Check = decltype(detail::check_add<X, param>())>
    requires is_accepted<Check>
  friend constexpr auto operator+(X x, detail::right_operand<param> y) {
    return add(x, y.value, y.at);
  }
};

/// Keys and values of the positions so far, for attention: (Batch, Context, C).
///   name: of the state; inside repeat("h", ...) there is one for each layer.
template <element T, dimension Batch, static_dimension Context, static_dimension C>
struct kv_cache {
  using cache_element = T;
  using shape = dims<Batch, Context, C>;

  text name;
};

template <class X>
concept is_tensor = requires { typename X::tensor_element; };
template <class X>
concept is_param = requires { typename X::param_element; };
template <class X>
concept is_cache = requires { typename X::cache_element; };
template <class X>
concept is_tensor_or_param = is_tensor<X> || is_param<X>;

namespace detail {
template <class X>
struct element_of {};
template <is_tensor X>
struct element_of<X> { using type = typename X::tensor_element; };
template <is_param X>
struct element_of<X> { using type = typename X::param_element; };
template <is_cache X>
struct element_of<X> { using type = typename X::cache_element; };
}  // namespace detail

template <class X>
using element_t = typename detail::element_of<X>::type;
template <class X>
using shape_t = typename X::shape;
namespace detail {
template <class T, class Dims>
struct tensor_of;
template <class T, class... D>
struct tensor_of<T, dims<D...>> { using type = tensor<T, D...>; };
}  // namespace detail

/// X with D in place of its last dimension.
template <class X, class D>
using replace_last_t =
    typename detail::tensor_of<element_t<X>,
                               shape::append_t<shape::leading_t<shape_t<X>>, D>>::type;

template <class X>
inline constexpr std::size_t rank_of = X::shape::rank;

}  // namespace tenon
