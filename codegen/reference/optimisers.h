// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The optimisers in double precision; formulas stand in TenonTrainingOps.td.
#pragma once
#include "tensor.h"

namespace tenon::reference {

struct AdamwStep {
  double factor = 1; // of the gradient
  double step = 0;   // counts from 0
  double learningRate = 0, beta1 = 0, beta2 = 0, epsilon = 0;
  double weightDecay = 0; // 0 for a parameter that does not decay
};

/// One step in place: the parameter and its moments, all of one shape.
void adamw(const AdamwStep &step, const Tensor &gradient, Tensor &param, Tensor &moment1,
           Tensor &moment2);

/// One step in place.
void sgd(double factor, double learningRate, double weightDecay, const Tensor &gradient,
         Tensor &param);

/// What gradients of that norm are multiplied by so that it stays below max, if max > 0.
double clipFactor(double norm, double max);

} // namespace tenon::reference
