// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the language lets one write: small models, each with a composition that no GPT-2 has. All of
// them compile and agree with the reference.
#include <tenon/tenon.hpp>
#include <utility>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 9> {};
struct n_vocab : dim<11> {};
struct n_tag : dim<5> {};
struct n_place : dim<9> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_embd : dim<12> {};
struct n_qkv : dim<36> {};
struct n_hidden : dim<17> {};
struct one : dim<1> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using ids_of = input<"ids", i32, batch, seq>;
using kinds_of = input<"kinds", i32, batch, seq>;
using targets_of = input<"targets", i32, batch, seq>;

struct self_attention {
  nn::linear<n_embd, n_qkv> c_attn{"c_attn", normal(0.3)};
  nn::linear<n_embd, n_embd> c_proj{"c_proj", normal(0.3), false};
  kv_cache<f32, batch, n_place, n_embd> cache{"cache"};

  constexpr auto bare(hidden_states x) const {
    return causal_self_attention<n_head>(c_attn(x), cache);
  }
  constexpr auto operator()(hidden_states x) const { return c_proj(bare(x)); }
};

struct mlp {
  nn::linear<n_embd, n_hidden> up{"up", normal(0.3)};
  nn::linear<n_hidden, n_embd> down{"down", normal(0.3)};

  constexpr auto operator()(hidden_states x) const { return down(gelu(up(x), gelu_tanh)); }
};

// What the models are made of; each takes what it needs, some of it twice.
struct parts {
  param<f32, n_vocab, n_embd> wte = tied(param<f32, n_vocab, n_embd>{"wte", normal(0.3)});
  param<f32, n_tag, n_embd> tags{"tags", normal(0.3)};
  param<f32, n_place, n_embd> wpe = tied(param<f32, n_place, n_embd>{"wpe", normal(0.3)});
  param<f32, n_place, n_embd> second_wpe{"second_wpe", normal(0.3)};
  param<f32, n_vocab> bias{"bias", normal(0.3)};
  nn::layer_norm<n_embd> ln{"ln"}, ln_f{"ln_f", false};
  nn::linear<n_embd, n_vocab> head = tied(nn::linear<n_embd, n_vocab>{"head", normal(0.3)});
  nn::linear<n_embd, n_tag> tagger{"tagger", normal(0.3), false};
  nn::linear<n_embd, n_embd> square = tied(nn::linear<n_embd, n_embd>{"square", normal(0.3)});
  self_attention attn;
  mlp ff;

  constexpr auto token(auto ids) const { return embedding(wte, ids); }
  constexpr auto place(auto ids) const { return embedding(wpe, positions(ids)); }
};

constexpr auto with_loss(auto logits, auto targets) {
  return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
}

// ---- tokens and positions

struct norm_before_positions : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(ln(token(ids)) + place(ids)), targets);
  }
};
struct norm_of_positions : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(token(ids) + ln(place(ids))), targets);
  }
};
struct positions_twice : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto p = place(ids);
    return with_loss(head(token(ids) + p + p), targets);
  }
};
struct positions_of_two_tables : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto p = place(ids) + embedding(second_wpe, positions(ids));
    return with_loss(head(token(ids) + p), targets);
  }
};
struct positions_scaled : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(token(ids) + scale(place(ids), -0.5)), targets);
  }
};
struct positions_activated : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(token(ids) + gelu(place(ids), gelu_erf)), targets);
  }
};
struct positions_before_the_head : parts {  // `step` cannot take the last token before that sum
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids) + attn(token(ids)) + place(ids);
    return with_loss(head(ln(x)), targets);
  }
};
struct positions_in_two_sums : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    auto p = place(ids) + place(ids);
    return with_loss(head((x + p) + (ln(x) + p)), targets);
  }
};
struct three_tables : parts {
  constexpr auto operator()(ids_of ids, kinds_of kinds, targets_of targets) const {
    auto x = token(ids) + place(ids) + embedding(tags, kinds);
    return with_loss(tied_head(ln(x), wte), targets);
  }
};
struct table_twice : parts {
  constexpr auto operator()(ids_of ids, kinds_of kinds, targets_of targets) const {
    return with_loss(tied_head(token(ids) + token(kinds), wte), targets);
  }
};

// ---- products, norms, sums

struct sum_of_products : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    return with_loss(head(square(x) + ff(x)), targets);
  }
};
struct product_twice : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(square(gelu(square(token(ids)), gelu_tanh))), targets);
  }
};
struct norm_twice : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(tied(ln)(ln(token(ids)) + token(ids))), targets);
  }
};
struct bias_behind_the_head : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(tied_head(attn(token(ids)), wte) + bias, targets);
  }
};
struct doubled : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids) + token(ids);
    return with_loss(head(x + x), targets);
  }
};
struct hidden_states_alone : parts {
  constexpr auto operator()(ids_of ids) const {
    auto x = token(ids) + place(ids);
    return outputs(output<"x">(x), output<"p">(place(ids)), output<"y">(attn(ln(x))));
  }
};

// ---- attention and stacks

struct attention_of_attention : parts {
  struct second : self_attention {
    constexpr second()
        : self_attention{{"second", normal(0.3)}, {"third", normal(0.3)}, {"kept"}} {}
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(second{}.bare(attn.bare(token(ids)))), targets);
  }
};
struct side_by_side : parts {  // as GPT-J
  struct block {
    nn::layer_norm<n_embd> ln{"ln"};
    self_attention attn;
    mlp ff;
    constexpr auto operator()(hidden_states x) const { return x + attn(ln(x)) + ff(tied(ln)(x)); }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(tied_head(ln_f(repeat<n_layer>("h", block{}, token(ids))), wte), targets);
  }
};
struct norm_behind : parts {  // as GPT-1
  struct block {
    nn::layer_norm<n_embd> ln_1{"ln_1"}, ln_2{"ln_2"};
    self_attention attn;
    mlp ff;
    constexpr auto operator()(hidden_states x) const {
      x = ln_1(x + attn(x));
      return ln_2(x + ff(x));
    }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = dropout(token(ids) + place(ids), 0.1);
    return with_loss(tied_head(repeat<n_layer>("h", block{}, x), wte), targets);
  }
};
struct layers_without_products : parts {
  struct block {
    nn::layer_norm<n_embd> ln{"ln"};
    constexpr auto operator()(hidden_states x) const { return gelu(ln(x), gelu_erf) + x; }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(repeat<n_layer>("h", block{}, token(ids))), targets);
  }
};
struct stack_behind_stack : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = repeat<n_layer>("a", mlp{}, token(ids));
    return with_loss(head(repeat<n_layer>("b", self_attention{}, x)), targets);
  }
};
struct captured : parts {  // every layer mixes in what the stack began with
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids) + place(ids);
    auto layer = [&](hidden_states y) { return y + ff(y) + scale(x, 0.1); };
    return with_loss(head(repeat<n_layer>("h", layer, x)), targets);
  }
};
struct captured_twice : parts {  // by two stacks and behind them, a value of fewer dimensions
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto at = tanh(place(ids));
    auto x = repeat<n_layer>("a", [&](hidden_states y) { return y + at * ff(y); }, token(ids));
    x = repeat<n_layer>("b", [&](hidden_states y) { return ff(y + at) - y; }, x);
    return with_loss(head(x * at), targets);
  }
};
struct captured_gate : parts {  // what a product computes
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    auto gate = sigmoid(square(x));
    auto layer = [&](hidden_states y) { return y * gate + ff(y); };
    return with_loss(head(repeat<n_layer>("h", layer, x)), targets);
  }
};
struct shifted_layers : parts {  // their gradient goes through them as it is
  struct layer {
    param<f32, n_embd> shift{"shift", normal(0.3)};
    constexpr auto operator()(hidden_states x) const { return x + shift; }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(ln(repeat<n_layer>("h", layer{}, token(ids)))), targets);
  }
};
struct idle_layers : parts {
  struct layer {
    constexpr auto operator()(hidden_states x) const { return dropout(x, 0); }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(repeat<n_layer>("h", layer{}, token(ids))), targets);
  }
};
struct attention_alone : parts {  // whose backward needs what a layer takes and what it yields
  struct layer {
    nn::linear<n_embd, n_embd> values{"values", normal(0.3)};
    kv_cache<f32, batch, n_place, n_embd> cache{"cache"};
    constexpr auto operator()(hidden_states x) const {
      return attention<n_embd>(x, x, values(x), cache);
    }
  };
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    return with_loss(head(repeat<n_layer>("h", layer{}, token(ids))), targets);
  }
};
struct unused : parts {  // attention and a stack that no output needs
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    (void)repeat<n_layer>("h", mlp{}, attn(x));
    return with_loss(head(x), targets);
  }
};

// ---- arithmetic

struct gated_layer {
  nn::layer_norm<n_embd> ln{"ln"};
  nn::linear<n_embd, n_hidden> gate{"gate", normal(0.3)}, up{"up", normal(0.3)};
  nn::linear<n_hidden, n_embd> down{"down", normal(0.3)};
  param<f32, n_embd> gain{"gain", ones};
  constexpr auto operator()(hidden_states x) const {
    auto n = ln(x);
    return x + gain * down(nn::silu(gate(n)) * up(n));
  }
};
struct gated_layers : parts {  // SwiGLU, a gain for each channel, logits with a soft cap
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = repeat<n_layer>("h", gated_layer{}, token(ids));
    return with_loss(3.0 * tanh(head(ln_f(x)) / 3.0), targets);
  }
};
struct relu_squared : parts {
  nn::linear<n_embd, n_hidden> up{"up", normal(0.3)};
  nn::linear<n_hidden, n_embd> down{"down", normal(0.3)};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto r = nn::relu(up(token(ids)));
    return with_loss(head(down(r * r)), targets);
  }
};
struct all_functions : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = square(token(ids));
    auto y = exp(min(x, 1.0)) / (2 + sigmoid(x)) - log(1.5 + x * x) * rsqrt(0.5 + exp(x));
    y = sqrt(0.25 + y * y) - max(x, y) + tanh(-y) + sin(9 * x) * cos(x - y);
    y = choose(log(x) < -2 || !(log(x) <= -1), y, 2 * y);  // no comparison with NaN holds
    return with_loss(head(y), targets);
  }
};
struct smaller_on_the_left : parts {  // numbers, channels and positions, from either side
  param<f32, n_embd> gain{"gain", normal(0.3)}, shift{"shift", normal(0.3)};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto x = token(ids);
    auto at = place(ids);
    auto y = shift - gain * x + at * x - at / (2 + x * x) + at;
    y = choose(tied(gain) < at && tied(shift) <= x, at, choose(x > 0.1, 1, tied(gain) * y));
    return with_loss(head(1 - y), targets);
  }
};
struct used_again : parts {  // what a kernel made is an operand of others too
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto a = square(token(ids)), b = ln(a);
    auto c = a * sigmoid(a) + b, d = tanh(c) * c - a;
    return outputs(output<"c">(c), output<"logits">(head(d * b)),
                   output<"loss">(cross_entropy(head(d), targets)));
  }
};
struct loss_of_losses : parts {
  constexpr auto operator()(ids_of ids, targets_of targets, kinds_of kinds) const {
    auto x = ff(ln(token(ids)));
    auto logits = head(x);
    auto first = cross_entropy(logits, targets), second = cross_entropy(tagger(x), kinds);
    return outputs(output<"logits">(logits),
                   output<"loss">(first * second / (1 + second) + log(1 + first) - 0.5));
  }
};

// ---- losses

struct scaled_loss : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto logits = head(token(ids));
    auto loss = scale(scale(cross_entropy(logits, targets), 0.5), -3.0);
    return outputs(output<"logits">(logits), output<"loss">(loss));
  }
};
struct doubled_loss : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto logits = head(token(ids));
    auto loss = cross_entropy(logits, targets);
    return outputs(output<"logits">(logits), output<"loss">(loss + loss));
  }
};
struct two_heads : parts {
  constexpr auto operator()(ids_of ids, targets_of targets, kinds_of kinds) const {
    auto x = ff(ln(token(ids)));
    auto logits = head(x);
    auto loss = cross_entropy(logits, targets), aside = cross_entropy(tagger(x), kinds);
    return outputs(output<"logits">(logits), output<"loss">(loss + scale(aside, 0.5)));
  }
};
struct two_targets : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto logits = tied_head(token(ids), wte);
    auto loss = cross_entropy(logits, targets) + cross_entropy(logits, ids);
    return outputs(output<"logits">(logits), output<"loss">(loss));
  }
};
struct loss_in_logits : parts {
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto first = head(token(ids));
    auto logits = gelu(head(token(ids)) + cross_entropy(first, targets), gelu_tanh);
    return outputs(output<"first">(first), output<"loss">(cross_entropy(logits, targets)));
  }
};
struct number_from_outside : parts {
  constexpr auto operator()(ids_of ids, targets_of targets, input<"penalty", f32> penalty) const {
    auto logits = head(token(ids) + penalty) + penalty;
    auto loss = cross_entropy(logits, targets);
    return outputs(output<"logits">(logits), output<"loss">(loss + scale(penalty, 0.25)),
                   output<"twice">(penalty + penalty));
  }
};
struct zero_by_nature {  // the loss of one class, and all of its gradients; a product with 0
  param<f32, n_vocab, n_embd> wte{"wte", normal(0.3)};
  nn::linear<n_embd, one> head{"head", normal(0.3)};
  constexpr auto operator()(ids_of ids, targets_of targets) const {
    auto logits = head(embedding(wte, ids));
    return outputs(output<"zero">(scale(logits, 0)),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// More dimensions than a word has bits, most of them known at run time.
#define EIGHT(a, b, c, d, e, f, g, h) \
  struct a : dyn<1, 2> {};            \
  struct b : dyn<1, 2> {};            \
  struct c : dyn<1, 2> {};            \
  struct d : dyn<1, 2> {};            \
  struct e : dyn<1, 2> {};            \
  struct f : dyn<1, 2> {};            \
  struct g : dyn<1, 2> {};            \
  struct h : dim<3> {};               \
  template <fixed_name Name>          \
  using of_##a = input<Name, f32, a, b, c, d, e, f, g, h>
EIGHT(a1, a2, a3, a4, a5, a6, a7, a8);
EIGHT(b1, b2, b3, b4, b5, b6, b7, b8);
EIGHT(c1, c2, c3, c4, c5, c6, c7, c8);
EIGHT(d1, d2, d3, d4, d5, d6, d7, d8);
EIGHT(e1, e2, e3, e4, e5, e6, e7, e8);
EIGHT(f1, f2, f3, f4, f5, f6, f7, f8);
EIGHT(g1, g2, g3, g4, g5, g6, g7, g8);
EIGHT(h1, h2, h3, h4, h5, h6, h7, h8);
EIGHT(i1, i2, i3, i4, i5, i6, i7, i8);
EIGHT(j1, j2, j3, j4, j5, j6, j7, j8);
#undef EIGHT

struct eighty_dimensions {
  constexpr auto operator()(of_a1<"a"> a, of_b1<"b"> b, of_c1<"c"> c, of_d1<"d"> d, of_e1<"e"> e,
                            of_f1<"f"> f, of_g1<"g"> g, of_h1<"h"> h, of_i1<"i"> i,
                            of_j1<"j"> j) const {
    return outputs(output<"twice_a">(a + a), output<"twice_b">(b + b), output<"twice_c">(c + c),
                   output<"twice_d">(d + d), output<"twice_e">(e + e), output<"twice_f">(f + f),
                   output<"twice_g">(g + g), output<"twice_h">(h + h), output<"twice_i">(i + i),
                   output<"twice_j">(j + j));
  }
};

TENON_MODEL(norm_before_positions, norm_before_positions{});
TENON_MODEL(norm_of_positions, norm_of_positions{});
TENON_MODEL(positions_twice, positions_twice{});
TENON_MODEL(positions_of_two_tables, positions_of_two_tables{});
TENON_MODEL(positions_scaled, positions_scaled{});
TENON_MODEL(positions_activated, positions_activated{});
TENON_MODEL(positions_before_the_head, positions_before_the_head{});
TENON_MODEL(positions_in_two_sums, positions_in_two_sums{});
TENON_MODEL(three_tables, three_tables{});
TENON_MODEL(table_twice, table_twice{});
TENON_MODEL(sum_of_products, sum_of_products{});
TENON_MODEL(product_twice, product_twice{});
TENON_MODEL(norm_twice, norm_twice{});
TENON_MODEL(bias_behind_the_head, bias_behind_the_head{});
TENON_MODEL(doubled, doubled{});
TENON_MODEL(hidden_states_alone, hidden_states_alone{});
TENON_MODEL(attention_of_attention, attention_of_attention{});
TENON_MODEL(side_by_side, side_by_side{});
TENON_MODEL(norm_behind, norm_behind{});
TENON_MODEL(layers_without_products, layers_without_products{});
TENON_MODEL(stack_behind_stack, stack_behind_stack{});
TENON_MODEL(captured, captured{});
TENON_MODEL(captured_twice, captured_twice{});
TENON_MODEL(captured_gate, captured_gate{});
TENON_MODEL(shifted_layers, shifted_layers{});
TENON_MODEL(idle_layers, idle_layers{});
TENON_MODEL(attention_alone, attention_alone{});
TENON_MODEL(unused, unused{});
TENON_MODEL(gated_layers, gated_layers{});
TENON_MODEL(relu_squared, relu_squared{});
TENON_MODEL(all_functions, all_functions{});
TENON_MODEL(smaller_on_the_left, smaller_on_the_left{});
TENON_MODEL(used_again, used_again{});
TENON_MODEL(loss_of_losses, loss_of_losses{});
TENON_MODEL(scaled_loss, scaled_loss{});
TENON_MODEL(doubled_loss, doubled_loss{});
TENON_MODEL(two_heads, two_heads{});
TENON_MODEL(two_targets, two_targets{});
TENON_MODEL(loss_in_logits, loss_in_logits{});
TENON_MODEL(number_from_outside, number_from_outside{});
TENON_MODEL(zero_by_nature, zero_by_nature{});
TENON_MODEL(eighty_dimensions, eighty_dimensions{});
