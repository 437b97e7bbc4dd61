// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The queries of a Llama of 1B turned by their positions, with and without a norm before that.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 2> {};
struct seq : dyn<1, 512> {};
struct n_head : dim<32> {};
struct n_dim : dim<64> {};
struct n_half : dim<32> {};

struct turned {
  constexpr auto operator()(input<"x", f32, batch, seq, n_head, n_dim> x,
                            input<"cosines", f32, seq, n_half> cosines,
                            input<"sines", f32, seq, n_half> sines) const {
    return outputs(output<"y">(nn::rotate<n_dim>(x, nn::rotation<seq, n_half>{cosines, sines})));
  }
};

struct normed {
  nn::rms_norm<n_dim> norm{"norm"};
  constexpr auto operator()(input<"x", f32, batch, seq, n_head, n_dim> x,
                            input<"cosines", f32, seq, n_half> cosines,
                            input<"sines", f32, seq, n_half> sines) const {
    nn::rotation<seq, n_half> rotation{cosines, sines};
    return outputs(output<"y">(nn::rotate<n_dim>(norm(x), rotation)));
  }
};

TENON_MODEL(bench_turned, turned{});
TENON_MODEL(bench_normed, normed{});
