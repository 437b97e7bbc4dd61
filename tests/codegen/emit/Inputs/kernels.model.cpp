// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One linear layer with bias and GELU, and one table: what the tests of emitted kernels look at.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_embd : dim<20> {};
struct n_hidden : dim<64> {};
struct n_vocab : dim<11> {};
struct n_wide : dim<64> {};
struct n_odd : dim<65> {};

struct product_model {
  nn::linear<n_embd, n_hidden> fc{"fc", gpt2_normal};
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    return outputs(output<"y">(fc(x)));
  }
};

struct rows_model {
  param<f32, n_vocab, n_wide> table{"table", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"y">(embedding(table, ids)));
  }
};

struct odd_rows_model {
  param<f32, n_vocab, n_odd> table{"table", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"y">(embedding(table, ids)));
  }
};

TENON_MODEL(product, product_model{});
TENON_MODEL(rows, rows_model{});
TENON_MODEL(odd_rows, odd_rows_model{});
