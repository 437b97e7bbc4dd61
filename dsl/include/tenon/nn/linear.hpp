// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Linear layers with their own parameters, named and stored as checkpoints have them.
#pragma once
#include "tenon/core/tied.hpp"
#include "tenon/ops/linear.hpp"

namespace tenon::nn {

template <class In, class Out, class T>
struct refused_linear {
  template <class X, class Error = decltype(detail::check_layer<X, param<T, In, Out>, In, Out>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::linear<In, Out>: needs x (..., In)")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

/// nn::linear<In, Out> layer{"name", initialiser}: layer(x) is x W + b.
///   x (..., In) -> (..., Out), dtype of x, which must be T, or f32 where T is bf16.
///   Parameters: "name.weight" (In, Out) of T, drawn from the initialiser, and, unless with_bias is
///   false, "name.bias" (Out), drawn as 0, of the dtype of x.
///   Source: Hugging Face's Conv1D, GPT-2's form.
template <class In, class Out, class T = f32>
struct linear : refused_linear<In, Out, T> {
  param<T, In, Out> weight;
  param<computed_t<T>, Out> bias;
  bool has_bias;

  constexpr linear(text name, initialiser drawn, bool with_bias = true)
      : weight{name, drawn, ".weight"}, bias{name, zeros, ".bias"}, has_bias(with_bias) {}

  using refused_linear<In, Out, T>::operator();

  template <class X, class Check = decltype(detail::check_layer<X, param<T, In, Out>, In, Out>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    using detail::emit_product, detail::weight_lies;
    using result = typename Check::result;
    return has_bias ? emit_product<result>(at, weight_lies::in_out, x, weight, bias)
                    : emit_product<result>(at, weight_lies::in_out, x, weight);
  }

  constexpr linear tied() const {
    linear again = *this;
    again.weight = tenon::tied(weight);
    again.bias = tenon::tied(bias);
    return again;
  }
};

template <class In, class Out, class T>
struct refused_torch_linear {
  template <class X, class Error = decltype(detail::check_layer<X, param<T, Out, In>, In, Out>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("nn::torch_linear<In, Out>: needs x (..., In)")
  constexpr refused_value operator()(X, where = where::here()) const {
    return {};
  }
};

/// nn::torch_linear<In, Out> layer{"name"}: layer(x) is x W^T + b, as PyTorch's nn.Linear stores
/// it.
///   x (..., In) -> (..., Out), dtype of x, which must be T, or f32 where T is bf16.
///   Parameters: "name.weight" (Out, In) of T and, unless with_bias is false, "name.bias" (Out), of
///   the dtype of x. Both are drawn as PyTorch does, uniform over [-1/sqrt(In), 1/sqrt(In)); with
///   an initialiser behind the name the weight is drawn from that, and the bias as 0.
template <class In, class Out, class T = f32>
struct torch_linear : refused_torch_linear<In, Out, T> {
  param<T, Out, In> weight;
  param<computed_t<T>, Out> bias;
  bool has_bias;

  constexpr explicit torch_linear(text name, bool with_bias = true)
      : torch_linear(name, tenon::torch_linear(In::max), tenon::torch_linear(In::max), with_bias) {}
  constexpr torch_linear(text name, initialiser drawn, bool with_bias = true)
      : torch_linear(name, drawn, zeros, with_bias) {}

  using refused_torch_linear<In, Out, T>::operator();

  template <class X, class Check = decltype(detail::check_layer<X, param<T, Out, In>, In, Out>())>
    requires is_accepted<Check>
  constexpr auto operator()(X x, where at = where::here()) const {
    using detail::emit_product, detail::weight_lies;
    using result = typename Check::result;
    return has_bias ? emit_product<result>(at, weight_lies::out_in, x, weight, bias)
                    : emit_product<result>(at, weight_lies::out_in, x, weight);
  }

  constexpr torch_linear tied() const {
    torch_linear again = *this;
    again.weight = tenon::tied(weight);
    again.bias = tenon::tied(bias);
    return again;
  }

 private:
  constexpr torch_linear(text name, initialiser weights, initialiser biases, bool with_bias)
      : weight{name, weights, ".weight"}, bias{name, biases, ".bias"}, has_bias(with_bias) {}
};

}  // namespace tenon::nn
