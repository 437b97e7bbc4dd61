// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// EXPECT: positions_may_exceed_the_rows_of_the_table<long_seq, n_block>
#include "dims.hpp"

struct long_seq : dyn<1, 17> {};
auto f(input<"ids", i32, batch, long_seq> ids, input<"short", i32, batch, seq> short_ids,
       param<f32, n_block, n_embd> wpe) {
#ifdef MISTAKE
  return embedding(wpe, positions(ids));
#else
  return embedding(wpe, positions(short_ids));
#endif
}
