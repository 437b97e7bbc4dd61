// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* Around the lines of a page that run a model from C. */
#include <stdio.h>

#include "gpt2.tenon.h"

int run(const void* const* inputs, void* const* outputs, const int64_t* dims) {
  tenon_weights* weights = NULL;
  tenon_session* session = NULL;
  // the block
  return 0;
}
