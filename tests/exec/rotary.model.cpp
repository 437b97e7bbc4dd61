// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rotary positions as families have them: all channels or some, of queries with and without norms,
// with frequencies of the model's own, learned ones among them.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 21> {};
struct n_block : dim<21> {};
struct n_embd : dim<15> {};
struct n_hidden : dim<31> {};
struct n_layer : dim<2> {};
struct n_head : dim<3> {};
struct n_dim : dim<7> {};
struct n_pair : dim<2> {};
struct n_half : dim<5> {};
struct n_whole : dim<10> {};
struct n_rest : dim<3> {};
struct three : dim<3> {};
struct n_only : dim<1> {};
struct n_two : dim<2> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;

/// GPT-NeoX: queries, keys and values side by side in each head, of which the first channels turn;
/// attention and MLP side by side.
struct neox_layer {
  nn::rotation<seq, n_pair> rotation;
  nn::layer_norm<n_embd> input{"input_layernorm"}, after{"post_attention_layernorm"};
  param<f32, n_head, three, n_dim, n_embd> qkv{"query_key_value.weight", normal(0.4)};
  param<f32, n_head, three, n_dim> bias{"query_key_value.bias", normal(0.3)};
  param<f32, n_embd, n_head, n_dim> dense{"dense.weight", normal(0.2)};
  nn::torch_linear<n_embd, n_hidden> up{"dense_h_to_4h"};
  nn::torch_linear<n_hidden, n_embd> down{"dense_4h_to_h"};
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};

  constexpr auto operator()(hidden_states x) const {
    auto all = linear(input(x), qkv, bias);
    auto queries = nn::rotate<n_dim, n_rest>(pick<three, 0>(all), rotation);
    auto keys = nn::rotate<n_dim, n_rest>(pick<three, 1>(all), rotation);
    auto attended = linear(attention<n_dim>(queries, keys, pick<three, 2>(all), cache), dense);
    return x + attended + down(gelu(up(after(x)), gelu_erf));
  }
};

struct neox {
  param<f32, n_hidden, n_embd> embed{"embed_in.weight", normal(0.3)};
  nn::layer_norm<n_embd> norm{"final_layer_norm"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_pair>(ids));
    auto x = repeat<n_layer>("layers", neox_layer{rotation}, embedding(embed, ids));
    auto logits = linear(norm(x), param<f32, n_hidden, n_embd>{"embed_out.weight", normal(0.3)});
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

/// Frequencies that are learned, in layers that share them; rows of two channels and of ten.
struct learned_frequencies {
  param<f32, n_half> frequencies{"frequencies", uniform(0.5)};
  param<f32, n_only> slow{"slow", uniform(0.5)};
  param<f32, n_whole, n_embd> in{"in", normal(0.3)};
  param<f32, n_two, n_embd> small{"small", normal(0.3)};

  struct layer {
    nn::rotation<seq, n_half> rotation;
    param<f32, n_whole> gain{"gain", normal(0.7)};
    constexpr auto operator()(tensor<f32, batch, seq, n_whole> x) const {
      return x + nn::rotate<n_whole>(x * gain, rotation);
    }
  };

  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(x, frequencies);
    auto pair = nn::rotate<n_two>(linear(x, small), nn::rotary<seq>(x, slow));
    auto y = repeat<n_layer>("h", layer{rotation}, linear(x, in));
    y = y * sum<n_two>(pair * pair * 0.1 + pair);
    return outputs(output<"y">(y), output<"pair">(pair), output<"loss">(cross_entropy(y, targets)));
  }
};

TENON_MODEL(neox, neox{});
TENON_MODEL(learned_frequencies, learned_frequencies{});
