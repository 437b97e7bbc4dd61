// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random numbers as a function of where they are used (TenonTrainingOps.td): Philox4x32-10, what
// dropout drops, and initial values.
#pragma once
#include "Tenon.h"
#include "tensor.h"

#include <array>

namespace tenon::reference {

/// Philox4x32 with 10 rounds. Source: Salmon et al. 2011.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// Which dropout, when: the operands of training_dropout.
struct DropoutPlace {
  uint32_t seed = 0, step = 0, layer = 0, stream = 0;
  int64_t first = 0; // sequences of the step before the first of x
};

/// x, or its gradient, with elements zeroed at random and the others scaled.
Tensor trainingDropout(const Tensor &x, double probability, const DropoutPlace &place);

/// The initial value of one layer of a parameter.
Tensor initialValue(llvm::ArrayRef<int64_t> shape, InitKind kind, double value, uint32_t seed,
                    uint32_t layer, uint32_t stream);

} // namespace tenon::reference
