// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parts of rows, rows of parts, and elements that take turns: alone, in arithmetic, under
// reductions and dropout, behind and in front of products, and their gradients; in widths of one,
// primes and around vectors.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 9> {};
struct one : dim<1> {};
struct two : dim<2> {};
struct three : dim<3> {};
struct five : dim<5> {};
struct seven : dim<7> {};
struct twelve : dim<12> {};
struct wide : dim<17> {};
struct other_wide : dim<17> {};
struct wider : dim<22> {};
struct half : dim<33> {};
struct whole : dim<66> {};
struct n_layer : dim<2> {};
struct fifteen : dim<15> {};
struct n_51 : dim<51> {};
struct n_102 : dim<102> {};

struct views_alone {
  constexpr auto operator()(input<"x", f32, batch, seq, wide> x, input<"w", f32, seq, whole> w,
                            input<"z", f32, batch, five, five> z,
                            input<"q", f32, batch, seq, two, three, five> q) const {
    auto first = slice<five>(x);
    auto later = slice<twelve, 5>(x);
    auto e = exp(x - max<wide>(x));
    auto part = slice<five, 2>(e);
    auto later_whole = exp(x * 0.3);  // its part is needed a pass before the rest
    auto swapped = join<whole>(slice<half, half::max>(w), slice<half>(w));
    auto turned = join<whole>(slice<half>(w) * 0.6 - slice<half, half::max>(w) * 0.8,
                              slice<half, half::max>(w) * 0.6 + slice<half>(w) * 0.8);
    auto longer = join<wider>(x, slice<five, 12>(x) * 2.0);
    auto first_of_all = pick<three, 0>(q);
    auto gate = nn::unit_rms<five>(pick<three, 1>(q)) * sum<five>(pick<three, 2>(q) * first_of_all);
    auto pairs = regroup<whole, dims<half, two>>(w);
    auto a = pick<two, 0>(pairs), b = pick<two, 1>(pairs), angle = a * 0.1;
    auto neighbours = stack<two>(a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle));
    auto in_threes = stack<three>(x, -x, exp(x * 0.2));
    auto threes = regroup<dims<wide, three>, n_51>(in_threes);
    auto inner = stack<two>(threes, threes * threes);  // turns of two, and of six within
    auto kept = exp(threes - max<n_51>(threes));
    return outputs(
        output<"of_neighbours">(regroup<dims<half, two>, whole>(neighbours)),
        output<"in_threes">(in_threes), output<"across_turns">(slice<seven, 4>(threes)),
        output<"turns_and_parts">(join<whole>(slice<twelve, 1>(threes), threes, slice<three>(x))),
        output<"sum_of_turns">(sum<n_51>(threes * threes)),
        output<"kept_turns">(kept / sum<n_51>(kept)),
        output<"turns_of_turns">(sum<n_102>(regroup<dims<n_51, two>, n_102>(inner))),
        output<"inner">(inner), output<"every_third">(pick<three, 1>(in_threes)),
        output<"outermost">(pick<two, 1>(q)), output<"every_fifth">(pick<five, 3>(q)),
        output<"renamed_rows">(regroup<dims<three, five>, fifteen>(q)),
        output<"picked">(pick<five, 4>(z)), output<"gate">(gate),
        output<"pieces">(join<seven>(slice<two>(first_of_all), pick<three, 1>(q))),
        output<"part">(slice<three, 14>(x)), output<"last">(slice<one, 16>(x)),
        output<"reversed">(join<wide>(later, first)), output<"renamed">(join<other_wide>(x)),
        output<"swapped">(swapped), output<"turned">(turned), output<"softmax">(e / sum<wide>(e)),
        output<"of_a_part">(part / sum<five>(part)),
        output<"later_whole">(later_whole * sum<five>(slice<five, 2>(later_whole))),
        output<"sum">(sum<wide>(join<wide>(later, first * first) * x)),
        output<"most">(max<wider>(longer)), output<"through">(slice<seven, 13>(longer)),
        output<"four">(join<wide>(slice<three>(x), slice<two, 9>(x), later * 0.5 - 1.0) + x),
        output<"square">(slice<two, 3>(z)), output<"of_squares">(join<seven>(slice<two>(z), z)));
  }
};

/// One product makes gate and input of a gated layer; heads are normed, turned and dropped in
/// parts.
struct views_trained {
  struct block {
    nn::linear<wide, whole> in{"in", normal(0.3)};
    nn::linear<half, wide> out{"out", normal(0.2)};
    param<f32, five> gain{"gain", normal(0.5)};
    constexpr auto operator()(tensor<f32, batch, seq, wide> x) const {
      auto both = in(x);
      auto gated = nn::silu(slice<half>(both)) * slice<half, half::max>(both);
      auto a = slice<five, 1>(x), b = slice<five, 6>(x);
      auto n = nn::unit_rms<five>(a * b) * gain;
      auto mixed = join<wide>(dropout(n, 0.25), slice<five, 2>(dropout(x, 0.25)), slice<seven>(x));
      auto pairs = regroup<whole, dims<half, two>>(dropout(both, 0.25));
      auto neighbours = tanh(pick<two, 0>(pairs)) * pick<two, 1>(pairs);
      auto rows = regroup<fifteen, dims<three, five>>(slice<fifteen, 1>(x));
      auto turns = regroup<dims<five, three>, fifteen>(
          stack<three>(pick<three, 2>(rows), n, pick<three, 0>(rows) * 0.5));
      auto more = join<wide>(slice<two>(pick<five, 4>(rows)),
                             turns * 0.1 - slice<fifteen, 2>(dropout(x, 0.25)));
      return x + out(gated + neighbours) + mixed + tanh(more) * x;
    }
  };
  param<f32, wide> scale{"scale", normal(0.5)};

  constexpr auto operator()(input<"x", f32, batch, seq, wide> x,
                            input<"targets", i32, batch, seq> targets) const {
    auto y = x * scale;
    y = join<wide>(slice<seven, 10>(y), slice<seven, 3>(y), slice<three>(y * y));
    y = repeat<n_layer>("h", block{}, y);
    return outputs(output<"y">(y), output<"loss">(cross_entropy(y, targets)));
  }
};

TENON_MODEL(views_alone, views_alone{});
TENON_MODEL(views_trained, views_trained{});
