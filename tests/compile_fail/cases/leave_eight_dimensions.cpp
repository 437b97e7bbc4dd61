// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: a_tensor_has_at_most_8_dimensions<.*n_layer, n_head.*>
#include "dims.hpp"

using eight = tensor<f32, n_head, n_kv, n_group, n_dim, n_block, batch, seq, n_embd>;
using seven = tensor<f32, n_kv, n_group, n_dim, n_block, batch, seq, n_embd>;
template <class X>
struct block {
  constexpr auto operator()(X x) const { return std::tuple(x + x, leave(x)); }
};
auto f(eight x, seven y) {
#ifdef MISTAKE
  auto [z, skips] = repeat<n_layer>("a", block<eight>{}, x);
#else
  auto [z, skips] = repeat<n_layer>("a", block<seven>{}, y);
#endif
  return z;
}
