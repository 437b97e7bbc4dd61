// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a model is written with: tensors (values of the graph), inputs, parameters, caches.
// Their arguments are checked where they meet an operation (ops/operands.hpp).
#pragma once
#include "tenon/core/arithmetic.hpp"
#include "tenon/core/dimension.hpp"
#include "tenon/core/dtype.hpp"
#include "tenon/core/initialiser.hpp"
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
}  // namespace detail

/// A value of shape (D...) and element type T: what operations take and return, in the arithmetic
/// of ops/pointwise.hpp. A variable keeps its type: what has another shape needs another variable.
template <class T, class... D>
class tensor : public detail::arithmetic<tensor<T, D...>>,
               public detail::keeps_type<tensor<T, D...>> {
 public:
  using tensor_element = T;
  using shape = dims<D...>;
  using plain = tensor;  // without what an input or positions add

  constexpr explicit tensor(detail::value_ref ref) : ref_(ref) {}
  constexpr detail::value_ref ref() const { return ref_; }

  using detail::keeps_type<tensor>::operator=;

 private:
  detail::value_ref ref_;
};

/// An argument of the model, which its caller fills.
///   Name: as the generated entry calls it.
template <fixed_name Name, class T, class... D>
class input : public tensor<T, D...> {
 public:
  static constexpr text name() { return Name; }
  using tensor<T, D...>::tensor;
};

/// A learned tensor of shape (D...), all dimensions known at compile time.
///   name: the checkpoint's ("wte.weight"), its ending perhaps apart; inside repeat("h", ...) it
///   becomes "h.{}.<name>". Parameters of one name are one parameter; who uses it
///   again says so, by tied(w) (core/tied.hpp) or tied_head. A name of its own "{}",
///   "experts.{}.w1.weight", says that checkpoints hold a tensor for each part along the first
///   dimension, with the part's number there.
///   drawn: how it is initialised.
template <class T, class... D>
struct param : detail::arithmetic<param<T, D...>> {
  using param_element = T;
  using shape = dims<D...>;

  text stem;
  text leaf;
  initialiser init;
  bool is_tied = false;  // see tied()

  constexpr param(text name, initialiser drawn, text ending = "")
      : stem(name), leaf(ending), init(drawn) {}
};

/// Keys and values of the positions so far, for attention: (Batch, Context, C) for
/// causal_self_attention, (Batch, Context, heads of the keys..., D) for attention; all but Batch
/// known at compile time.
///   name: of the state; inside repeat("h", ...) there is one for each layer.
template <class T, class Batch, class Context, class C, class... More>
struct kv_cache {
  using cache_element = T;
  using shape = dims<Batch, Context, C, More...>;

  text name;
};

/// The rows of a tensor at the positions so far, for `before`: (Batch, Context, and what the tensor
/// has behind time); all but Batch known at compile time.
///   name: as that of a kv_cache.
template <class T, class Batch, class Context, class C, class... More>
struct kept {
  using kept_element = T;
  using shape = dims<Batch, Context, C, More...>;

  text name;
};

/// Numbers of elements along D, shape (Dims...), as top_k finds them (ops/top_k.hpp). No tensor,
/// since it is not for arithmetic: gather and take know what it counts.
template <class D, class... Dims>
class indices : public detail::arithmetic<indices<D, Dims...>>,
                public detail::keeps_type<indices<D, Dims...>> {
 public:
  using index_element = i32;
  using counted = D;
  using shape = dims<Dims...>;

  constexpr explicit indices(detail::value_ref ref) : ref_(ref) {}
  constexpr detail::value_ref ref() const { return ref_; }

  using detail::keeps_type<indices>::operator=;

 private:
  detail::value_ref ref_;
};

/// What `gather` says: of the parameter Param, for each index the part that it names. Only linear
/// takes it, and nobody forms it.
template <class Param, class Indices>
struct gathered : detail::arithmetic<gathered<Param, Indices>> {
  using gathered_param = Param;
  using gathered_by = Indices;
  using shape = dims<>;  // of no value

  Param param;
  Indices by;
};

template <class X>
concept is_tensor = requires { typename X::tensor_element; };
template <class X>
concept is_param = requires { typename X::param_element; };
template <class X>
concept is_cache = requires { typename X::cache_element; };
template <class X>
concept is_kept = requires { typename X::kept_element; };
/// What a call hands on to the next one.
template <class X>
concept is_state = is_cache<X> || is_kept<X>;
template <class X>
concept is_indices = requires { typename X::index_element; };
template <class X>
concept is_gathered = requires { typename X::gathered_param; };
/// What a node computes.
template <class X>
concept is_value = is_tensor<X> || is_indices<X>;

namespace detail {
template <class X>
struct element_of {};
template <is_tensor X>
struct element_of<X> {
  using type = typename X::tensor_element;
};
template <is_param X>
struct element_of<X> {
  using type = typename X::param_element;
};
template <is_cache X>
struct element_of<X> {
  using type = typename X::cache_element;
};
template <is_kept X>
struct element_of<X> {
  using type = typename X::kept_element;
};
template <is_indices X>
struct element_of<X> {
  using type = typename X::index_element;
};

template <class T, class Dims>
struct tensor_of;
template <class T, class... D>
struct tensor_of<T, dims<D...>> {
  using type = tensor<T, D...>;
};

template <class D, class Dims>
struct indices_of;
template <class D, class... Dims>
struct indices_of<D, dims<Dims...>> {
  using type = indices<D, Dims...>;
};
}  // namespace detail

template <class X>
using element_t = typename detail::element_of<X>::type;
template <class X>
using shape_t = typename X::shape;
template <class X>
inline constexpr std::size_t rank_of = X::shape::rank;

/// X with D in place of its last dimension.
template <class X, class D>
using replace_last_t =
    typename detail::tensor_of<element_t<X>,
                               shape::append_t<shape::leading_t<shape_t<X>>, D>>::type;

}  // namespace tenon
