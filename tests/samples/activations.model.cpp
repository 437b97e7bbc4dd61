// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every activation of samples/gpt2 over a table of values, an output each.
#include "../../samples/gpt2/activations.hpp"

using namespace tenon;

struct batch : dyn<1, 1> {};
struct seq : dyn<1, 101> {};
struct n_value : dim<101> {};
struct n_one : dim<1> {};

struct activation_values {
  param<f32, n_value, n_one> values{"values", zeros};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto x = embedding(values, ids);
    return outputs(output<"gelu_new">(activate<activation::gelu_new>(x)),
                   output<"gelu">(activate<activation::gelu>(x)),
                   output<"gelu_10">(activate<activation::gelu_10>(x)),
                   output<"quick_gelu">(activate<activation::quick_gelu>(x)),
                   output<"relu">(activate<activation::relu>(x)),
                   output<"relu2">(activate<activation::relu2>(x)),
                   output<"relu6">(activate<activation::relu6>(x)),
                   output<"leaky_relu">(activate<activation::leaky_relu>(x)),
                   output<"silu">(activate<activation::silu>(x)),
                   output<"sigmoid">(activate<activation::sigmoid>(x)),
                   output<"tanh">(activate<activation::tanh>(x)),
                   output<"hardswish">(activate<activation::hardswish>(x)),
                   output<"mish">(activate<activation::mish>(x)));
  }
};

TENON_MODEL(activation_values, activation_values{});
