// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See ops.h.
#include "ops.h"

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace llvm;

namespace tenon::reference {

Expected<int64_t> indexBelow(double value, int64_t limit, StringRef what) {
  if (value >= 0 && value < static_cast<double>(limit) && value == std::floor(value))
    return static_cast<int64_t>(value);
  return createStringError(inconvertibleErrorCode(), "%s %g is not an integer in [0, %lld)",
                           what.str().c_str(), value, static_cast<long long>(limit));
}

template <class Function>
static Tensor mapElements(const Tensor &x, Function function) {
  Tensor result = x;
  for (double &value : result.values)
    value = function(value);
  return result;
}

Expected<Tensor> embedding(const Tensor &table, const Tensor &ids) {
  SmallVector<int64_t> shape = ids.shape;
  shape.push_back(table.last());
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < ids.values.size(); ++i) {
    Expected<int64_t> id = indexBelow(ids.values[i], table.shape[0], "id");
    if (!id)
      return id.takeError();
    std::copy_n(table.row(*id), table.last(), result.row(i));
  }
  return result;
}

Tensor along(int64_t size, int64_t first) {
  Tensor result = Tensor::zeros({size});
  for (int64_t i = 0; i < size; ++i)
    result.values[i] = static_cast<double>(first + i);
  return result;
}

Tensor positions(const Tensor &ids, int64_t offset) { return along(ids.last(), offset); }

Tensor add(const Tensor &x, const Tensor &y) {
  Tensor result = x;
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] += y.values[i % y.values.size()];
  return result;
}

static double apply(ScalarFunction function, llvm::ArrayRef<double> x) {
  auto ofAngle = [](double x) { return std::abs(x) < 0x1p20 ? x : NAN; };
  auto ofNumbers = [](double chosen, double x, double y) {
    return std::isnan(x) || std::isnan(y) ? NAN : chosen;
  };
  switch (function) {
  case ScalarFunction::add:
    return x[0] + x[1];
  case ScalarFunction::subtract:
    return x[0] - x[1];
  case ScalarFunction::multiply:
    return x[0] * x[1];
  case ScalarFunction::divide:
    return x[0] / x[1];
  case ScalarFunction::minimum:
    return ofNumbers(std::min(x[0], x[1]), x[0], x[1]);
  case ScalarFunction::maximum:
    return ofNumbers(std::max(x[0], x[1]), x[0], x[1]);
  case ScalarFunction::exp:
    return std::exp(x[0]);
  case ScalarFunction::log:
    return std::log(x[0]);
  case ScalarFunction::sqrt:
    return std::sqrt(x[0]);
  case ScalarFunction::rsqrt:
    return 1 / std::sqrt(x[0]);
  case ScalarFunction::tanh:
    return std::tanh(x[0]);
  case ScalarFunction::sigmoid:
    return 1 / (1 + std::exp(-x[0]));
  case ScalarFunction::sin:
    return std::sin(ofAngle(x[0]));
  case ScalarFunction::cos:
    return std::cos(ofAngle(x[0]));
  case ScalarFunction::select_less:
    return x[0] < x[1] ? x[2] : x[3];
  case ScalarFunction::select_at_most:
    return x[0] <= x[1] ? x[2] : x[3];
  case ScalarFunction::as_f32:
    return x[0];
  }
  llvm_unreachable("all functions are above");
}

Tensor elementwise(ScalarFunction function, ArrayRef<const Tensor *> inputs) {
  Tensor result = **llvm::max_element(
      inputs, [](const Tensor *x, const Tensor *y) { return x->shape.size() < y->shape.size(); });
  for (size_t i = 0; i < result.values.size(); ++i) {
    SmallVector<double> element;
    for (const Tensor *input : inputs)
      element.push_back(input->values[i % input->values.size()]);
    result.values[i] = apply(function, element);
  }
  return result;
}

Tensor spread(const Tensor &x, ArrayRef<unsigned> places, ArrayRef<int64_t> shape) {
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < result.values.size(); ++i) {
    SmallVector<int64_t> at(shape.size()); // of element i
    auto rest = static_cast<int64_t>(i);
    for (size_t dim = shape.size(); dim-- > 0; rest /= shape[dim])
      at[dim] = rest % shape[dim];
    int64_t from = 0;
    for (auto [place, size] : zip_equal(places, x.shape))
      from = from * size + at[place];
    result.values[i] = x.values[from];
  }
  return result;
}

Tensor reduce(Reduction kind, const Tensor &x, unsigned place) {
  SmallVector<int64_t> shape = x.shape;
  shape.erase(shape.begin() + place);
  int64_t count = x.shape[place], inner = 1;
  for (int64_t size : ArrayRef(x.shape).drop_front(place + 1))
    inner *= size;
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < result.values.size(); ++i) {
    auto element = [&](int64_t j) {
      int64_t at = static_cast<int64_t>(i);
      return x.values[(at / inner * count + j) * inner + at % inner];
    };
    double &value = result.values[i] = element(0);
    for (int64_t j = 1; j < count; ++j)
      value = apply(kind == Reduction::Sum ? ScalarFunction::add : ScalarFunction::maximum,
                    {value, element(j)});
  }
  return result;
}

static Tensor roundedAs(const fltSemantics &semantics, const Tensor &x) {
  return mapElements(x, [&](double value) {
    APFloat rounded(value);
    bool inexact;
    rounded.convert(semantics, APFloat::rmNearestTiesToEven, &inexact);
    rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact); // exact
    return rounded.convertToDouble();
  });
}

Tensor roundTo(const Tensor &x, mlir::FloatType type) {
  return roundedAs(type.getFloatSemantics(), x);
}

Tensor factor(const Tensor &x, bool narrow) { return narrow ? roundedAs(APFloat::BFloat(), x) : x; }

Tensor scale(const Tensor &x, double factor) {
  return mapElements(x, [&](double value) { return factor * value; });
}

double meanOf(const double *x, int64_t C) {
  double mean = 0, rest = 0;
  for (int64_t c = 0; c < C; ++c)
    mean += x[c] / C;
  for (int64_t c = 0; c < C; ++c)
    rest += (x[c] - mean) / C;
  return mean + rest;
}

Tensor layerNorm(const Tensor &x, const Tensor &weight, const Tensor *bias, double epsilon) {
  Tensor result = x;
  int64_t C = x.last();
  for (int64_t r = 0; r < x.rows(); ++r) {
    const double *in = x.row(r);
    double mean = meanOf(in, C), variance = 0;
    for (int64_t c = 0; c < C; ++c)
      variance += (in[c] - mean) * (in[c] - mean);
    variance /= C;
    for (int64_t c = 0; c < C; ++c)
      result.row(r)[c] = (in[c] - mean) / std::sqrt(variance + epsilon) * weight.values[c] +
                         (bias ? bias->values[c] : 0);
  }
  return result;
}

Tensor linear(const Tensor &x, const Tensor &weight, const Tensor *bias, bool transposed,
              unsigned summed) {
  int64_t K = x.product(x.shape.size() - summed);
  int64_t N = weight.product() / K;
  ArrayRef<int64_t> all(weight.shape);
  SmallVector<int64_t> shape(ArrayRef(x.shape).drop_back(summed));
  llvm::append_range(shape, transposed ? all.drop_back(summed) : all.drop_front(summed));
  Tensor result = Tensor::zeros(shape);
  for (int64_t m = 0; m < x.product() / K; ++m) {
    const double *in = x.values.data() + m * K, *w = weight.values.data();
    double *out = result.values.data() + m * N;
    if (transposed) {
      for (int64_t n = 0; n < N; ++n)
        for (int64_t k = 0; k < K; ++k)
          out[n] += in[k] * w[n * K + k];
    } else { // k outside: rows of the weight are then read in order
      for (int64_t k = 0; k < K; ++k)
        for (int64_t n = 0; n < N; ++n)
          out[n] += in[k] * w[k * N + n];
    }
    for (int64_t n = 0; bias && n < N; ++n)
      out[n] += bias->values[n];
  }
  return result;
}

Tensor geluTanh(const Tensor &x) {
  return mapElements(x, [](double value) {
    double inner = std::sqrt(2 / std::numbers::pi) * (value + 0.044715 * value * value * value);
    return value / 2 * (1 + std::tanh(inner));
  });
}

Tensor geluErf(const Tensor &x) {
  return mapElements(
      x, [](double value) { return value / 2 * (1 + std::erf(value / std::numbers::sqrt2)); });
}

Tensor slice(const Tensor &x, int64_t begin, int64_t count, int64_t stride) {
  SmallVector<int64_t> shape = x.shape;
  shape.back() = count;
  Tensor result = Tensor::zeros(shape);
  for (int64_t r = 0; r < x.rows(); ++r)
    for (int64_t e = 0; e < count; ++e)
      result.row(r)[e] = x.row(r)[begin + stride * e];
  return result;
}

Tensor join(ArrayRef<Tensor> parts, ArrayRef<int64_t> offsets, int64_t columns, int64_t stride) {
  SmallVector<int64_t> shape = parts.front().shape;
  shape.back() = columns;
  Tensor result = Tensor::zeros(shape);
  for (const auto &[part, offset] : zip_equal(parts, offsets))
    for (int64_t r = 0; r < part.rows(); ++r)
      for (int64_t e = 0; e < part.last(); ++e)
        result.row(r)[offset + stride * e] = part.row(r)[e];
  return result;
}

Tensor shift(const Tensor &x, int64_t by, int64_t first, int64_t count) {
  int64_t B = x.shape[0], P = x.shape[1], columns = x.product() / (B * P);
  Tensor result = x;
  result.shape[1] = count;
  result.values.assign(result.product(), 0.0);
  for (int64_t b = 0; b < B; ++b)
    for (int64_t t = 0; t < count; ++t)
      if (int64_t from = first + t - by; from >= 0 && from < P)
        std::copy_n(x.values.begin() + (b * P + from) * columns, columns,
                    result.values.begin() + (b * count + t) * columns);
  return result;
}

Tensor lastToken(const Tensor &x) {
  int64_t B = x.shape[0], T = x.shape[1];
  SmallVector<int64_t> shape(x.shape);
  shape.erase(shape.begin() + 1);
  Tensor result = Tensor::zeros(shape);
  int64_t count = result.product() / B; // of a token
  for (int64_t b = 0; b < B; ++b)
    std::copy_n(x.values.begin() + (b * T + T - 1) * count, count,
                result.values.begin() + b * count);
  return result;
}

Expected<Tensor> tokenCrossEntropy(const Tensor &logits, const Tensor &targets, int32_t ignore,
                                   Rounding rounded) {
  Tensor result = Tensor::zeros(targets.shape);
  int64_t V = logits.last();
  for (size_t i = 0; i < targets.values.size(); ++i) {
    if (targets.values[i] == ignore)
      continue;
    Expected<int64_t> target = indexBelow(targets.values[i], V, "target");
    if (!target)
      return target.takeError();
    const double *row = logits.row(i);
    double greatest = *std::max_element(row, row + V), sum = 0;
    for (int64_t v = 0; v < V; ++v)
      sum += std::exp(row[v] - greatest);
    // Kernels subtract from the log-sum-exp, which they have rounded.
    result.values[i] =
        std::log(sum) + (greatest - row[*target]) + errorOf(std::log(sum) + greatest, rounded);
  }
  return result;
}

Tensor maskedMean(const Tensor &x, const Tensor &targets, int32_t ignore) {
  Tensor result = Tensor::zeros({});
  double sum = 0, count = 0;
  for (size_t i = 0; i < x.values.size(); ++i)
    if (targets.values[i] != ignore)
      sum += x.values[i], count += 1;
  result.values[0] = count ? sum / count : 0;
  return result;
}

} // namespace tenon::reference
