// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See optimisers.h.
#include "optimisers.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {

void adamw(const AdamwStep &step, const Tensor &gradient, Tensor &param, Tensor &moment1,
           Tensor &moment2) {
  double t = step.step + 1, epsilon = std::max(step.epsilon, 0x1p-126);
  for (size_t i = 0; i < param.values.size(); ++i) {
    double g = step.factor * gradient.values[i];
    double &p = param.values[i], &m = moment1.values[i], &v = moment2.values[i];
    m = step.beta1 * m + (1 - step.beta1) * g;
    v = step.beta2 * v + (1 - step.beta2) * g * g;
    double mean = m / (1 - std::pow(step.beta1, t)), square = v / (1 - std::pow(step.beta2, t));
    p -= step.learningRate * (step.weightDecay * p + mean / (std::sqrt(square) + epsilon));
  }
}

void sgd(double factor, double learningRate, double weightDecay, const Tensor &gradient,
         Tensor &param) {
  for (size_t i = 0; i < param.values.size(); ++i)
    param.values[i] -= learningRate * (factor * gradient.values[i] + weightDecay * param.values[i]);
}

double clipFactor(double norm, double max) {
  double factor = max / (norm + 1e-6);
  return max > 0 && !(factor >= 1) ? factor : 1;
}

} // namespace tenon::reference
