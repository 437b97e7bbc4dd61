// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See backward.h.
#include "backward.h"
#include "ops.h"

#include <cmath>
#include <numbers>

using namespace llvm;

namespace tenon::reference {

Expected<Tensor> embeddingBackward(const Tensor &dy, const Tensor &ids, int64_t rows) {
  Tensor result = Tensor::zeros({rows, dy.last()});
  for (size_t i = 0; i < ids.values.size(); ++i) {
    Expected<int64_t> id = indexBelow(ids.values[i], rows, "id");
    if (!id)
      return id.takeError();
    for (int64_t c = 0; c < dy.last(); ++c)
      result.row(*id)[c] += dy.row(i)[c];
  }
  return result;
}

Tensor sumLeading(const Tensor &x, ArrayRef<int64_t> shape) {
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < x.values.size(); ++i)
    result.values[i % result.values.size()] += x.values[i];
  return result;
}

// (x - mean) / deviation, and 1 / deviation, of one row.
static std::vector<double> normalised(const double *x, int64_t C, double epsilon,
                                      double &reciprocal) {
  double mean = meanOf(x, C), variance = 0;
  for (int64_t c = 0; c < C; ++c)
    variance += (x[c] - mean) * (x[c] - mean) / C;
  reciprocal = 1 / std::sqrt(variance + epsilon);
  std::vector<double> n(C);
  for (int64_t c = 0; c < C; ++c)
    n[c] = (x[c] - mean) * reciprocal;
  return n;
}

Tensor layerNormBackward(const Tensor &x, const Tensor &weight, const Tensor &dy, double epsilon) {
  Tensor result = x;
  int64_t C = x.last();
  for (int64_t r = 0; r < x.rows(); ++r) {
    double reciprocal = 0, meanG = 0, meanGn = 0;
    std::vector<double> n = normalised(x.row(r), C, epsilon, reciprocal), g(C);
    for (int64_t c = 0; c < C; ++c) {
      g[c] = dy.row(r)[c] * weight.values[c];
      meanG += g[c] / C;
      meanGn += g[c] * n[c] / C;
    }
    for (int64_t c = 0; c < C; ++c)
      result.row(r)[c] = reciprocal * (g[c] - meanG - n[c] * meanGn);
  }
  return result;
}

Tensor layerNormBackwardWeight(const Tensor &x, const Tensor &dy, double epsilon) {
  int64_t C = x.last();
  Tensor result = Tensor::zeros({C});
  for (int64_t r = 0; r < x.rows(); ++r) {
    double reciprocal = 0;
    std::vector<double> n = normalised(x.row(r), C, epsilon, reciprocal);
    for (int64_t c = 0; c < C; ++c)
      result.values[c] += dy.row(r)[c] * n[c];
  }
  return result;
}

// A product with a matrix is differentiated by a product with its transpose.
Tensor linearBackward(const Tensor &dy, const Tensor &weight, bool transposed, unsigned made) {
  return linear(dy, weight, nullptr, !transposed, made);
}

Tensor linearBackwardWeight(const Tensor &x, const Tensor &dy, bool transposed, unsigned summed,
                            unsigned made) {
  ArrayRef<int64_t> k = ArrayRef(x.shape).take_back(summed);
  ArrayRef<int64_t> n = ArrayRef(dy.shape).take_back(made);
  SmallVector<int64_t> shape(transposed ? n : k);
  llvm::append_range(shape, transposed ? k : n);
  Tensor result = Tensor::zeros(shape);
  int64_t K = x.product(x.shape.size() - summed), N = dy.product(dy.shape.size() - made);
  for (int64_t m = 0; m < x.product() / K; ++m)
    for (int64_t i = 0; i < K; ++i)
      for (int64_t j = 0; j < N; ++j)
        result.values[transposed ? j * K + i : i * N + j] +=
            x.values[m * K + i] * dy.values[m * N + j];
  return result;
}

template <class Function>
static Tensor timesDerivative(const Tensor &x, const Tensor &dy, Function derivative) {
  Tensor result = dy;
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] *= derivative(x.values[i]);
  return result;
}

Tensor geluTanhBackward(const Tensor &x, const Tensor &dy) {
  return timesDerivative(x, dy, [](double x) {
    double factor = std::sqrt(2 / std::numbers::pi);
    double t = std::tanh(factor * (x + 0.044715 * x * x * x));
    return (1 + t) / 2 + x / 2 * (1 - t * t) * factor * (1 + 3 * 0.044715 * x * x);
  });
}

Tensor geluErfBackward(const Tensor &x, const Tensor &dy) {
  return timesDerivative(x, dy, [](double x) {
    double distribution = (1 + std::erf(x / std::numbers::sqrt2)) / 2;
    double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    return distribution + x * density;
  });
}

Expected<Tensor> crossEntropyBackward(const Tensor &logits, const Tensor &targets, double dloss,
                                      int32_t ignore, Rounding rounded) {
  Tensor result = Tensor::zeros(logits.shape);
  int64_t V = logits.last();
  auto ignored = [&](double target) { return target == ignore; };
  double count = static_cast<double>(targets.values.size()) -
                 static_cast<double>(count_if(targets.values, ignored));
  for (size_t i = 0; i < targets.values.size(); ++i) {
    if (ignored(targets.values[i]))
      continue;
    Expected<int64_t> target = indexBelow(targets.values[i], V, "target");
    if (!target)
      return target.takeError();
    const double *row = logits.row(i);
    double greatest = *std::max_element(row, row + V), sum = 0;
    for (int64_t v = 0; v < V; ++v)
      sum += std::exp(row[v] - greatest);
    double off = errorOf(std::log(sum) + greatest, rounded); // kernels subtract the log-sum-exp
    for (int64_t v = 0; v < V; ++v)
      result.row(i)[v] =
          dloss / count * (rounded(std::exp(row[v] - greatest - off) / sum) - (v == *target));
  }
  return result;
}

Expected<HeadGradients> headCrossEntropy(const Tensor &x, const Tensor &weight, const Tensor *bias,
                                         const Tensor &targets, double dloss, int32_t ignore,
                                         bool transposed, bool narrow, Rounding rounded) {
  Tensor left = factor(x, narrow), right = factor(weight, narrow);
  Tensor logits = linear(left, right, bias, transposed);
  for (double &logit : logits.values)
    logit = rounded(logit);
  Expected<Tensor> losses = tokenCrossEntropy(logits, targets, ignore, rounded);
  if (!losses)
    return losses.takeError();
  Expected<Tensor> dlogits = crossEntropyBackward(logits, targets, dloss, ignore, rounded);
  if (!dlogits)
    return dlogits.takeError();
  Tensor dy = factor(*dlogits, narrow);
  return HeadGradients{maskedMean(*losses, targets, ignore), linearBackward(dy, right, transposed),
                       linearBackwardWeight(left, dy, transposed),
                       sumLeading(*dlogits, {logits.last()})};
}

} // namespace tenon::reference
