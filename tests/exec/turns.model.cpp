// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks whose layers take turns, are numbered on from those of another, and hand on several
// values.
#include "widths.hpp"

using namespace tenon;

struct n_block : dim<33> {};
struct n_layer : dim<5> {};
struct n_more : dim<2> {};
struct n_few : dim<1> {};
struct n_dim : dim<6> {};
using hidden_states = tensor<f32, batch, seq, n_dim>;

struct local_attention {
  nn::rms_norm<n_dim> norm{"norm", 1e-5};
  nn::linear<n_dim, n_dim> values{"values", normal(0.3), /*has_bias=*/false};
  kv_cache<f32, batch, n_block, n_dim> cache{"cache"};
  constexpr auto operator()(hidden_states x) const {
    const auto y = norm(x);
    return x + attention<n_dim>(y, y, values(y), cache, [](auto s) {
             return choose(along<seq>(s) < along<n_block>(s) + 3, s * 0.4, -__builtin_inf());
           });
  }
};
struct global_attention {
  nn::linear<n_dim, n_dim> values{"values", normal(0.3)};
  kv_cache<f32, batch, n_block, n_dim> cache{"cache"};
  hidden_states first;
  constexpr auto operator()(hidden_states x) const {
    return x + dropout(attention<n_dim>(x, first, values(x), cache), 0.25);
  }
};

// Two local layers, then a global one, then the two local ones that are behind the last pass; all
// of a first stack, behind which a second one is numbered on. The global layers see what was before
// the stack, which is trained by them.
struct turning {
  param<f32, w11, n_dim> wte{"wte.weight", normal(0.5)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    const auto first = embedding(wte, ids);
    const local_attention local;
    const global_attention global{.first = first};
    auto x = repeat<n_layer>("layers", local, local, global, first);
    x = repeat<n_more>({"layers", n_layer::max}, local, x);
    x = repeat<n_few>({"layers", n_layer::max + n_more::max}, local, global, x);
    const auto logits = linear(x, tied(wte));
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

struct exchange {
  nn::linear<n_dim, n_dim> fc{"fc", normal(0.4)};
  constexpr auto operator()(hidden_states x, hidden_states y) const {
    return std::tuple(y, x + gelu(fc(y), gelu_tanh));
  }
};
struct hand_on {
  param<f32, n_dim> by{"by", normal(0.5)};
  constexpr auto operator()(hidden_states x, hidden_states kept,
                            tensor<f32, batch, seq> size) const {
    return std::tuple(x * by + kept, kept, size + sum<n_dim>(x * x));
  }
};
struct forget {
  param<f32, n_dim> by{"by", normal(0.5)};
  constexpr auto operator()(hidden_states x, hidden_states y) const {
    const auto z = tanh(x + by);
    return std::tuple(z, z);
    (void)y;
  }
};

// Values that change places, that are handed on as they are, that are one, and that nobody needs.
struct several {
  param<f32, w11, n_dim> wte{"wte.weight", normal(0.5)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    const auto first = embedding(wte, ids);
    const auto [x, y] = repeat<n_layer>("exchange", exchange{}, first, first * 2);
    const auto [z, kept, size] = repeat<n_more>("hand_on", hand_on{}, x, y, sum<n_dim>(x));
    const auto [u, v] = repeat<n_more>("forget", forget{}, exchange{}, z, kept);
    const auto logits = linear(u + tanh(size), tied(wte));
    return outputs(output<"logits">(logits), output<"v">(v),
                   output<"loss">(cross_entropy(logits, targets)));
  }
};

// A U-net of layers: the second half takes what the first one left, the last first; a third stack
// takes in the layers' order what both left. Left are what a layer takes, what it returns, and a
// number for each token.
struct n_half : dim<3> {};
struct leaving {
  local_attention own;
  constexpr auto operator()(hidden_states x) const {
    const auto y = own(x);
    return std::tuple(y, leave(y), leave(x), leave(sum<n_dim>(x * y)));
  }
};
struct taking {
  local_attention own;
  param<f32, n_dim> weight{"skip_weight", ones};
  constexpr auto operator()(hidden_states x, hidden_states skip,
                            tensor<f32, batch, seq> size) const {
    const auto y = own(x + weight * skip * x) * sigmoid(size);  // backward needs x, skip, and size
    return std::tuple(y, leave(tanh(y)));
  }
};
struct collecting {
  nn::linear<n_dim, n_dim> fc{"fc", normal(0.4)};
  constexpr auto operator()(hidden_states x, hidden_states early, hidden_states late) const {
    return x + fc(early) * late;
  }
};
struct skipping {
  param<f32, w11, n_dim> wte{"wte.weight", normal(0.5)};

  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    const auto first = embedding(wte, ids);
    const auto [x, ends, begins, sizes] = repeat<n_half>("layers", leaving{}, first);
    const auto [y, late] =
        repeat<n_half>({"layers", n_half::max}, taking{}, x, reversed(ends), reversed(sizes));
    const auto z = repeat<n_half>("collecting", collecting{}, y, begins, reversed(late));
    const auto logits = linear(z, tied(wte));
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets)));
  }
};

TENON_MODEL(turning, turning{});
TENON_MODEL(skipping, skipping{});
TENON_MODEL(several, several{});
