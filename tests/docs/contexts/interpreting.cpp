// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that run the reference interpreter.
#include "interpreter.h"

using tenon::reference::Tensor;

bool interpret(tenon::ModelOp model, const std::vector<double>& values, const Tensor& ids,
               const Tensor& nextIds) {
  // the block
  return succeeded(logits) && succeeded(more);
}
