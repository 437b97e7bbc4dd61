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

/// A run of elements that have numbers of their own: in one of `layers` layers, of one dropout or
/// parameter, in one step.
struct Stream {
  uint32_t layer = 0, layers = 1, number = 0, step = 0;
};
/// The words of elements 4 * floor(element / 4) and the three behind it.
std::array<uint32_t, 4> wordsOf(uint64_t element, const Stream &stream,
                                std::array<uint32_t, 2> key);

/// Which dropout, when: the operands of training_dropout.
struct DropoutPlace {
  uint32_t seed = 0, step = 0, layer = 0, stream = 0;
  int64_t first = 0;   // sequences of the step before the first of x
  uint32_t layers = 1; // of the stack
};

/// x, or its gradient, with elements zeroed at random and the others scaled.
Tensor trainingDropout(const Tensor &x, double probability, const DropoutPlace &place);

/// The initial value of one layer of a parameter.
Tensor initialValue(llvm::ArrayRef<int64_t> shape, InitKind kind, double value, uint32_t seed,
                    uint32_t layer, uint32_t layers, uint32_t stream);

} // namespace tenon::reference
