// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What may stand inside an MLP, by the names of transformers' ACT2FN, in the language's arithmetic.
#pragma once
#include <tenon/tenon.hpp>

// Configurations.cmake has the same list.
// clang-format off
#define GPT_ACTIVATIONS(X)                                              \
  X(gelu_new) X(gelu) X(gelu_10) X(quick_gelu) X(relu) X(relu2) X(relu6) \
  X(leaky_relu) X(silu) X(sigmoid) X(tanh) X(hardswish) X(mish)
// clang-format on

enum class activation {
#define GPT_NAME(name) name,
  GPT_ACTIVATIONS(GPT_NAME)
#undef GPT_NAME
};

inline constexpr const char* activation_names[] = {
#define GPT_NAME(name) #name,
    GPT_ACTIVATIONS(GPT_NAME)
#undef GPT_NAME
};

inline constexpr const char* name_of(activation a) { return activation_names[static_cast<int>(a)]; }

/// x (...) -> shape of x. Only the form that is asked for becomes a part of the model.
template <activation Kind>
constexpr auto activate(auto x, tenon::where at = tenon::where::here()) {
  using namespace tenon;
  const detail::call_of here(x, at);
  if constexpr (Kind == activation::gelu_new)
    return gelu(x, gelu_tanh);
  else if constexpr (Kind == activation::gelu)
    return gelu(x, gelu_erf);
  else if constexpr (Kind == activation::gelu_10)
    return min(max(gelu(x, gelu_erf), -10.0), 10.0);
  else if constexpr (Kind == activation::quick_gelu)
    return x * sigmoid(1.702 * x);
  else if constexpr (Kind == activation::relu)
    return nn::relu(x);
  else if constexpr (Kind == activation::relu2)
    return nn::relu(x) * nn::relu(x);
  else if constexpr (Kind == activation::relu6)
    return min(nn::relu(x), 6.0);
  else if constexpr (Kind == activation::leaky_relu)
    return max(x, 0.01 * x);
  else if constexpr (Kind == activation::silu)
    return nn::silu(x);
  else if constexpr (Kind == activation::sigmoid)
    return sigmoid(x);
  else if constexpr (Kind == activation::tanh)
    return tanh(x);
  else if constexpr (Kind == activation::hardswish)
    return x * min(nn::relu(x + 3.0), 6.0) * (1.0 / 6);
  else  // mish; log(1 + exp(x)) as it does not overflow
    return x * tanh(nn::relu(x) + log(1.0 + exp(min(x, -x))));
}
