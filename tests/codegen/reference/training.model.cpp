// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small GPTs for the tests of training, and for the goldens that
// tests/goldens/make_training_goldens.py makes of the same: tied and not, with and without bias,
// both GELUs, with and without dropout. And one with all functions of scalars, one with reductions,
// one with rotary positions and parts of rows, one with functions of attention's scores, one with
// experts.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 6> {};
struct n_block : dim<6> {};
struct n_layer : dim<2> {};
struct n_head : dim<2> {};
struct n_embd : dim<4> {};
struct n_qkv : dim<12> {};
struct n_hidden : dim<8> {};
struct n_vocab : dim<7> {};

template <bool Bias>
struct block {
  gelu_kind gelu_form;
  double drop;
  nn::layer_norm<n_embd> ln_1{"ln_1", Bias}, ln_2{"ln_2", Bias};
  nn::linear<n_embd, n_qkv> c_attn{"attn.c_attn", gpt2_normal, Bias};
  nn::linear<n_embd, n_embd> c_proj{"attn.c_proj", gpt2_scaled(2), Bias};
  kv_cache<f32, batch, n_block, n_embd> cache{"attn.cache"};
  nn::linear<n_embd, n_hidden> c_fc{"mlp.c_fc", gpt2_normal, Bias};
  nn::linear<n_hidden, n_embd> c_out{"mlp.c_proj", gpt2_scaled(2), Bias};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    x = x + dropout(c_proj(causal_self_attention<n_head>(c_attn(ln_1(x)), cache)), drop);
    x = x + dropout(c_out(gelu(c_fc(ln_2(x)), gelu_form)), drop);
    return x;
  }
};

template <bool Tied, bool Bias>
struct gpt {
  gelu_kind gelu_form;
  double drop = 0;
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  nn::layer_norm<n_embd> ln_f{"ln_f", Bias};
  nn::linear<n_embd, n_vocab> head{"lm_head", torch_linear(4)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), drop);
    });
    x = repeat<n_layer>("h", block<Bias>{gelu_form, drop}, x);
    auto logits = [&] {
      if constexpr (Tied)
        return tied_head(ln_f(x), wte);
      else
        return head(ln_f(x));
    }();
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

constexpr gpt<true, true> tied_model{gelu_tanh};
constexpr gpt<false, false> untied_model{gelu_erf};
constexpr gpt<true, false> dropped_model{gelu_tanh, 0.3};

// Products by names: weights (out, in), heads as dimensions, a sum over two of them, biases, a
// square weight.
struct n_kv : dim<2> {};
struct n_dim : dim<3> {};
struct heads_block {
  nn::layer_norm<n_embd> ln{"ln"};
  param<f32, n_kv, n_dim, n_embd> q{"q.weight", gpt2_normal};
  param<f32, n_kv, n_dim> q_bias{"q.bias", zeros};
  param<f32, n_embd, n_kv, n_dim> o{"o.weight", gpt2_normal};
  param<f32, n_kv, n_dim, n_hidden> down{"down.weight", gpt2_normal};
  param<f32, n_dim> gain{"gain", ones};
  nn::torch_linear<n_hidden, n_embd> up{"up"};
  nn::torch_linear<n_embd, n_embd> square{"square"};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto h = gelu(linear(ln(x), q, q_bias), gelu_erf) * gain;
    return x + linear(h, o) + square(up(tanh(linear(h, down))));
  }
};
struct heads_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  nn::torch_linear<n_embd, n_vocab> head{"lm_head"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = repeat<n_layer>("h", heads_block{}, embedding(wte, ids));
    return outputs(output<"loss">(cross_entropy(head(x), targets)));
  }
};
TENON_MODEL(heads, heads_model{});

TENON_MODEL(tied, tied_model);
TENON_MODEL(untied, untied_model);
TENON_MODEL(dropped, dropped_model);

// Arguments of log, sqrt and rsqrt are above 0.
struct functions {
  nn::linear<n_embd, n_embd> gate = tenon::tied(nn::linear<n_embd, n_embd>{"gate", normal(1)});
  nn::linear<n_embd, n_embd> up = tenon::tied(nn::linear<n_embd, n_embd>{"up", normal(1)});
  param<f32, n_embd> gain = tenon::tied(param<f32, n_embd>{"gain", ones});
  param<f32, n_embd> shift = tenon::tied(param<f32, n_embd>{"shift", ones});

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto y = nn::silu(gate(x)) * up(x) + tanh(x) / (2 + exp(x));
    y = y + sin(gate(x)) * cos(3 * x) + sqrt(0.1 + y * y) * rsqrt(1 + exp(-up(x))) -
        log(2 + sigmoid(gain * x));
    y = choose((gate(x) < y && !(y >= 2)) || x > gain, y * shift, choose(x <= shift, gain * y, x));
    auto square = shift * x * (shift * x);
    return x + (max(y, shift * x) - min(0.5 * y, 1 - gate(y))) / (1 + square);
  }
};
struct scalars_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_block, n_embd> wpe{"wpe.weight", torch_embedding};
  nn::layer_norm<n_embd> ln_f{"ln_f"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto at = embedding(wpe, positions(ids));
    auto x = at * embedding(wte, ids) - 0.5 * at;
    x = repeat<n_layer>("h", functions{}, x);
    auto loss = cross_entropy(3 * tanh(tied_head(ln_f(x), wte) / 3), targets);
    return outputs(output<"loss">(log(1 + loss * loss)));
  }
};
TENON_MODEL(scalars, scalars_model{});

// Two stacks use what is computed outside of them, one of it after the stack too.
struct mix {
  param<f32, n_embd> own{"own", ones}, other{"other", ones};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x, auto captured) const {
    return tanh(own * x) + other * captured * x;
  }
};
struct captured_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_block, n_embd> wpe{"wpe.weight", torch_embedding};
  nn::layer_norm<n_embd> ln_f{"ln_f"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    using hidden_states = tensor<f32, batch, seq, n_embd>;
    auto at = tanh(embedding(wpe, positions(ids)));
    auto x0 = embedding(wte, ids) + at;
    auto x = repeat<n_layer>("a", [&](hidden_states x) { return mix{}(x, at); }, x0);
    x = repeat<n_layer>("b", [&](hidden_states x) { return mix{}(x, x0) - at; }, x);
    return outputs(output<"loss">(cross_entropy(tied_head(ln_f(x + x0), wte), targets)));
  }
};
TENON_MODEL(captured, captured_model{});

// Reductions inside and outside of layers, and what is repeated over the last dimension, one in the
// middle, the first and the last.
struct reduced {
  nn::rms_norm<n_embd> norm{"norm"};
  param<f32, n_embd> gain{"gain", ones};
  nn::linear<n_embd, n_embd> mix{"mix", normal(1)};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto y = mix(norm(x));
    auto centred = y - sum<n_embd>(y) * (1.0 / n_embd::max);
    auto e = exp(centred * gain - max<n_embd>(centred));
    return x + centred * (e / sum<n_embd>(e)) + max<n_embd>(min(x, 0.3));
  }
};
struct reductions_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_block, n_embd> wpe{"wpe.weight", torch_embedding};
  param<f32, n_head, n_dim> gain{"gain", ones};
  param<f32, n_head> of_head{"of_head", ones};
  param<f32, n_embd> of_sequence{"of_sequence", ones};
  nn::rms_norm<n_dim> norm{"norm"};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets,
                            input<"q", f32, batch, seq, n_head, n_dim> q,
                            input<"c", f32, batch, n_embd> c) const {
    auto x = repeat<n_layer>("h", reduced{}, embedding(wte, ids));
    auto score = sum<n_dim>(norm(q * gain) * q) * of_head;
    auto sequences = tanh(c * of_sequence);
    x = x * max<n_head>(score) - sum<n_embd>(embedding(wpe, positions(ids))) + sequences;
    x = x * sum<n_embd>(sequences) + sum<n_head>(score);
    x = x * max<seq>(x) - sum<seq>(x) * 0.2;
    return outputs(output<"loss">(cross_entropy(tied_head(x, wte), targets)));
  }
};
TENON_MODEL(reductions, reductions_model{});

// Rotary positions of given and of learned frequencies, outer products, parts of rows that overlap,
// leave some out, or are used twice.
struct n_half : dim<2> {};
struct n_pair : dim<1> {};
struct n_rest : dim<2> {};
struct rotated {
  nn::rotation<seq, n_half> rotation;
  nn::rotation<seq, n_pair> learned;
  nn::linear<n_embd, n_hidden> gates{"gates", normal(1)};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto both = tanh(gates(nn::rotate<n_embd>(x, rotation)));
    auto y = slice<n_embd>(both) * slice<n_embd, 4>(both) + slice<n_embd, 3>(both);
    return x + nn::rotate<n_embd, n_rest>(y, learned);
  }
};
struct rotary_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_pair> frequency{"frequency", ones};
  param<f32, n_head> of_head{"of_head", ones};
  param<f32, n_dim> of_dim{"of_dim", ones};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids, 10.0));
    auto learned = nn::rotary<seq>(ids, frequency);
    auto x = embedding(wte, ids);
    auto each = outer(slice<n_half>(x) * 0.5, tanh(outer(of_head * along<n_head>(ids), of_dim)));
    auto first = join<n_embd>(slice<n_half, 1>(x), sum<n_dim>(max<n_half>(each)));
    auto y = repeat<n_layer>("h", rotated{rotation, learned}, first);
    return outputs(output<"loss">(cross_entropy(tied_head(y, wte), targets)));
  }
};
TENON_MODEL(rotary, rotary_model{});
// Neighbours that turn against each other; other dimensions for a row, of which one is picked
// first, between others or last, or which elements take turns in.
struct n_kind : dim<2> {};
struct neighbours {
  nn::rotation<seq, n_half> rotation;
  nn::linear<n_embd, n_hidden> in{"in", normal(1)};
  nn::linear<n_hidden, n_embd> out{"out", normal(1)};

  constexpr auto turned(tensor<f32, batch, seq, n_embd> x) const {
    auto pairs = regroup<n_embd, dims<n_half, n_rest>>(x);
    auto a = pick<n_rest, 0>(pairs), b = pick<n_rest, 1>(pairs);
    auto both = stack<n_rest>(a * rotation.cosines - b * rotation.sines,
                              b * rotation.cosines + a * rotation.sines);
    return regroup<dims<n_half, n_rest>, n_embd>(both);
  }
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto y = regroup<n_hidden, dims<n_half, n_kind, n_rest>>(in(turned(tanh(x))));
    auto first = pick<n_half, 1>(y);
    auto between = pick<n_kind, 1>(y);
    auto last = pick<n_rest, 0>(y);
    auto z = stack<n_rest>(last, pick<n_rest, 1>(y) * last + pick<n_rest, 0>(y));
    auto gates = sum<n_kind>(first) * max<n_half>(between);
    auto scaled = regroup<dims<n_half, n_kind, n_rest>, n_hidden>(z * gates);
    return x + turned(out(scaled));
  }
};
struct neighbours_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto rotation = nn::rotary<seq>(ids, nn::rotary_frequencies<n_half>(ids, 10.0));
    auto x = repeat<n_layer>("h", neighbours{rotation}, embedding(wte, ids));
    return outputs(output<"loss">(cross_entropy(tied_head(x, wte), targets)));
  }
};
TENON_MODEL(neighbours, neighbours_model{});
// Attention with functions of its scores, causal and in both directions.
struct other : dyn<1, 6> {};
struct scored_layer {
  param<f32, n_kv, n_dim, n_embd> q{"q", normal(1)}, k{"k", normal(1)}, v{"v", normal(1)};
  param<f32, n_embd, n_kv, n_dim> o{"o", normal(1)}, p{"p", normal(1)};
  kv_cache<f32, batch, n_block, n_kv, n_dim> cache{"cache"};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x, tensor<f32, batch> c,
                            tensor<i32, batch> lengths) const {
    auto queries = linear(x, q), keys = linear(x, k), values = linear(x, v);
    auto before = attention<n_dim>(queries, keys, values, cache, [&](auto s) {
      auto slope = exp((along<n_kv>(s) + 1) * -0.7);
      auto capped = 2.0 * tanh(s * 0.3) - slope * expand_as(along<n_block>(s), s) + c / (2 + s * s);
      return choose(along<seq>(s) < along<n_block>(s) + 3 && c < 5, capped, -1e30);
    });
    auto around = attention<n_dim, other>(queries, keys, values, [&](auto s) {
      auto padded = choose(along<other>(s) < as_f32(lengths) - 0.5, s * attention_scale<n_dim>,
                           -__builtin_inf());
      return choose(along<other>(s) < along<seq>(s), padded, padded + sin(s) * sigmoid(s));
    });
    return x + linear(before, o) + linear(attention<n_dim, other>(around, values, keys), p);
  }
};
struct scored_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets, input<"c", f32, batch> c,
                            input<"lengths", i32, batch> lengths) const {
    auto x = repeat<n_layer>(
        "h", [&](auto x) { return scored_layer{}(x, c, lengths); }, embedding(wte, ids));
    return outputs(output<"loss">(cross_entropy(tied_head(x, wte), targets)));
  }
};
TENON_MODEL(scored, scored_model{});

// Experts: chosen before a stack and in it, of tokens and of heads, by scores that count and that
// do not; all of them, and one of one.
struct n_expert : dim<3> {};
struct n_active : dim<2> {};
struct n_slot : dim<1> {};
struct expert_layer {
  indices<n_expert, batch, seq, n_active> before;
  param<f32, n_expert, n_embd> router{"router", normal(1)};
  param<f32, n_expert, n_hidden, n_embd> up{"up", normal(1)}, gate{"gate", normal(1)};
  param<f32, n_expert, n_embd, n_hidden> down{"down", normal(1)};
  param<f32, n_expert, n_hidden> of_up{"of_up", normal(1)};
  param<f32, n_expert, n_embd> of_down{"of_down", normal(1)};
  param<f32, n_expert, n_kv, n_dim, n_embd> heads{"heads", normal(1)};
  param<f32, n_expert, n_embd, n_kv, n_dim> merged{"merged", normal(1)};

  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto scores = linear(x, router);
    auto [score, expert] = top_k<n_expert, n_active>(scores);
    auto h = nn::silu(linear(x, gather(gate, expert))) *
             linear(x, gather(up, expert), gather(of_up, expert));
    auto each = linear(h, gather(down, expert), gather(of_down, expert));
    auto y = sum<n_active>(each * softmax<n_active>(score));
    auto turned = linear(tanh(linear(x, gather(heads, before))), gather(merged, before),
                         gather(tied(of_down), before));
    return x + y + sum<n_active>(turned * take(softmax<n_expert>(scores), before));
  }
};
struct experts_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  param<f32, n_expert, n_embd> router{"router", normal(1)};
  param<f32, n_kv, n_embd> all_router{"all_router", normal(1)};
  param<f32, n_kv, n_vocab, n_embd> of_all{"of_all", normal(1)};
  param<f32, n_slot, n_embd> one_router{"one_router", normal(1)};
  param<f32, n_slot, n_vocab, n_embd> of_one{"of_one", normal(1)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = embedding(wte, ids);
    auto chosen = top_k<n_expert, n_active>(linear(x, router));
    auto layer = [&](tensor<f32, batch, seq, n_embd> x) { return expert_layer{chosen.indices}(x); };
    x = repeat<n_layer>("h", layer, x) * sum<n_active>(chosen.values);
    auto all = top_k<n_kv, n_kv>(linear(x, all_router));
    auto one = top_k<n_slot, n_slot>(linear(x, one_router));
    auto logits = sum<n_kv>(linear(x, gather(of_all, all.indices)) * sigmoid(all.values)) +
                  sum<n_slot>(linear(x, gather(of_one, one.indices)) * one.values);
    return outputs(output<"loss">(cross_entropy(logits, targets)));
  }
};
TENON_MODEL(experts, experts_model{});
// Layers that take turns, with one behind the last pass, and numbered on from another stack; values
// that change places, are handed on as they are, are one and the same, or reach no loss.
struct n_turns : dim<5> {};
using hidden_states = tensor<f32, batch, seq, n_embd>;
struct gated {
  nn::linear<n_embd, n_embd> gate{"gate", normal(1)};
  hidden_states at;
  constexpr auto operator()(hidden_states x) const { return x + tanh(gate(x)) * at; }
};
struct exchanged {
  nn::linear<n_embd, n_embd> mix{"mix", normal(1)};
  constexpr auto operator()(hidden_states x, hidden_states kept, hidden_states y) const {
    return std::tuple(y, kept, sigmoid(mix(x)) * kept + y);
  }
};
struct doubled {
  param<f32, n_embd> by{"by", ones};
  constexpr auto operator()(hidden_states x, hidden_states kept, hidden_states y) const {
    auto z = tanh(x * by + kept * y);
    return std::tuple(z, x, z);
  }
};
struct turns_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x0 = embedding(wte, ids);
    const gated first{.at = x0}, second{.at = tanh(x0)};
    auto x = repeat<n_turns>("h", first, second, x0);
    x = repeat<n_layer>({"h", n_turns::max}, first, x);
    auto [y, kept, z] = repeat<n_layer>("e", exchanged{}, x, x0, x * 2);
    auto [u, v, unused] = repeat<n_turns>("f", doubled{}, exchanged{}, y, kept, z);
    return outputs(output<"loss">(cross_entropy(tied_head(u + v, wte), targets)));
  }
};
TENON_MODEL(turns, turns_model{});

// A U-net of layers: what the first half leaves the second takes from the last on, weighted; what
// that leaves goes on to a third stack. Left are what a layer takes, what it returns, what both are
// made of; one is taken twice, one never.
struct leaving {
  nn::linear<n_embd, n_embd> mix{"mix", normal(1)};
  hidden_states x0;
  constexpr auto operator()(hidden_states x) const {
    auto made = tanh(mix(x));
    auto y = x + made * x0;
    return std::tuple(y, leave(y), leave(x), leave(made), leave(x0));
  }
};
struct taking {
  param<f32, n_embd> weight{"weight", ones};
  nn::linear<n_embd, n_embd> mix{"mix", normal(1)};
  constexpr auto operator()(hidden_states x, hidden_states skip, hidden_states early) const {
    x = tanh(mix(x + weight * skip)) - early;
    return std::tuple(x, leave(skip), leave(x * 0.5));
  }
};
struct skips_model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x0 = embedding(wte, ids);
    auto [x, ends, begins, made, same] = repeat<n_layer>("h", leaving{.x0 = x0}, x0);
    auto [y, again, half] =
        repeat<n_layer>({"h", n_layer::max}, taking{}, x, reversed(ends), reversed(made));
    auto [z, unused, rest] = repeat<n_layer>("g", taking{}, y, again, half);
    auto [u, none, last] = repeat<n_layer>("k", taking{}, z, ends, begins);
    return outputs(output<"loss">(cross_entropy(tied_head(u, wte), targets)));
  }
};
TENON_MODEL(skips, skips_model{});

// Rows of earlier tokens: in layers, of what is recomputed there and of what is not, several of one
// tensor, one of another's, and by more than there are.
struct shifting {
  kept<f32, batch, n_block, n_embd> tokens{"tokens"}, products{"products"}, again{"again"};
  param<f32, n_embd> first{"first", ones}, second{"second", ones}, third{"third", ones};
  nn::linear<n_embd, n_embd> mix{"mix", normal(1)};
  constexpr auto operator()(hidden_states x) const {
    auto [x1, x3] = before<1, 3>(x * first, tokens);
    auto y = mix(tanh(x + x1 * second + x3 * third));
    auto y2 = before<2>(y, products);
    return x + y * y2 + before<1>(y2, again);
  }
};
struct shifts_model {
  kept<f32, batch, n_block, n_embd> early{"early"};
  param<f32, n_vocab, n_embd> wte{"wte.weight", torch_embedding};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto [x1, x9] = before<1, 9>(embedding(wte, ids), early);
    auto x = repeat<n_layer>("h", shifting{}, x1 + x9);
    return outputs(output<"loss">(cross_entropy(tied_head(x, wte), targets)));
  }
};
TENON_MODEL(shifts, shifts_model{});
