// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that ask the reference interpreter for gradients.
#include "interpreter.h"

using tenon::reference::Part;
using tenon::reference::Tensor;

const Tensor* gradient(tenon::reference::Interpreter& interpreter, const Tensor& ids,
                       const Tensor& targets, const Tensor& step, const Tensor& seed,
                       const Tensor& firstSequence, const Tensor& microStep, const Tensor& scale) {
  // the block
  return dwte;
}
