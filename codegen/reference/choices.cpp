// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See choices.h.
#include "choices.h"
#include "ops.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace llvm;

namespace tenon::reference {

Tensor topK(const Tensor &x, int64_t count) {
  SmallVector<int64_t> shape(x.shape);
  shape.back() = count;
  Tensor result = Tensor::zeros(shape);
  for (int64_t r = 0; r < x.rows(); ++r) {
    std::vector<int64_t> order(x.last());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      double first = x.row(r)[a], second = x.row(r)[b];
      if (std::isnan(first) != std::isnan(second))
        return std::isnan(first);
      return first == second || std::isnan(first) ? a < b : first > second;
    });
    for (int64_t j = 0; j < count; ++j)
      result.row(r)[j] = static_cast<double>(order[j]);
  }
  return result;
}

Expected<Tensor> take(const Tensor &x, const Tensor &ids) {
  Tensor result = Tensor::zeros(ids.shape);
  for (size_t i = 0; i < ids.values.size(); ++i) {
    Expected<int64_t> id = indexBelow(ids.values[i], x.last(), "index");
    if (!id)
      return id.takeError();
    result.values[i] = x.row(static_cast<int64_t>(i) / ids.last())[*id];
  }
  return result;
}

Expected<Tensor> takeBackward(const Tensor &dy, const Tensor &ids, int64_t columns) {
  SmallVector<int64_t> shape(dy.shape);
  shape.back() = columns;
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < ids.values.size(); ++i) {
    Expected<int64_t> id = indexBelow(ids.values[i], columns, "index");
    if (!id)
      return id.takeError();
    result.row(static_cast<int64_t>(i) / ids.last())[*id] += dy.values[i];
  }
  return result;
}

namespace {
/// How a gathered product is counted: rows M... x A, elements of N and K.
struct Sizes {
  int64_t parts, columns, depth;

  Sizes(ArrayRef<int64_t> weight, unsigned made) : parts(weight[0]), columns(1), depth(1) {
    for (int64_t size : weight.slice(1, made))
      columns *= size;
    for (int64_t size : weight.drop_front(1 + made))
      depth *= size;
  }
  int64_t part() const { return columns * depth; }
};

/// Calls `each(row, part)` for each id, in order.
template <class Each>
Error forIds(const Tensor &ids, const Sizes &sizes, Each each) {
  for (size_t i = 0; i < ids.values.size(); ++i) {
    Expected<int64_t> id = indexBelow(ids.values[i], sizes.parts, "index");
    if (!id)
      return id.takeError();
    each(static_cast<int64_t>(i), *id);
  }
  return Error::success();
}

SmallVector<int64_t> behind(const Tensor &ids, ArrayRef<int64_t> dims) {
  SmallVector<int64_t> shape(ids.shape);
  append_range(shape, dims);
  return shape;
}

/// How many neighbouring ids have one row of x.
int64_t idsOfRow(const Tensor &x, const Tensor &ids, const Sizes &sizes) {
  return static_cast<int64_t>(ids.values.size()) / (x.product() / sizes.depth);
}
} // namespace

Expected<Tensor> gatheredLinear(const Tensor &x, const Tensor &weight, const Tensor &ids,
                                unsigned made) {
  Sizes sizes(weight.shape, made);
  Tensor result = Tensor::zeros(behind(ids, ArrayRef(weight.shape).slice(1, made)));
  int64_t each = idsOfRow(x, ids, sizes);
  Error error = forIds(ids, sizes, [&](int64_t row, int64_t part) {
    const double *w = weight.values.data() + part * sizes.part();
    const double *in = x.values.data() + row / each * sizes.depth;
    for (int64_t n = 0; n < sizes.columns; ++n)
      for (int64_t k = 0; k < sizes.depth; ++k)
        result.values[row * sizes.columns + n] += in[k] * w[n * sizes.depth + k];
  });
  if (error)
    return error;
  return result;
}

Expected<Tensor> gatheredLinearBackward(const Tensor &dy, const Tensor &weight, const Tensor &ids,
                                        unsigned made) {
  Sizes sizes(weight.shape, made);
  Tensor result = Tensor::zeros(behind(ids, ArrayRef(weight.shape).drop_front(1 + made)));
  Error error = forIds(ids, sizes, [&](int64_t row, int64_t part) {
    const double *w = weight.values.data() + part * sizes.part();
    for (int64_t n = 0; n < sizes.columns; ++n)
      for (int64_t k = 0; k < sizes.depth; ++k)
        result.values[row * sizes.depth + k] +=
            dy.values[row * sizes.columns + n] * w[n * sizes.depth + k];
  });
  if (error)
    return error;
  return result;
}

Expected<Tensor> gatheredLinearBackwardWeight(const Tensor &x, const Tensor &dy, const Tensor &ids,
                                              ArrayRef<int64_t> shape, unsigned made) {
  Sizes sizes(shape, made);
  Tensor result = Tensor::zeros(shape);
  int64_t each = idsOfRow(x, ids, sizes);
  Error error = forIds(ids, sizes, [&](int64_t row, int64_t part) {
    double *out = result.values.data() + part * sizes.part();
    const double *in = x.values.data() + row / each * sizes.depth;
    for (int64_t n = 0; n < sizes.columns; ++n)
      for (int64_t k = 0; k < sizes.depth; ++k)
        out[n * sizes.depth + k] += dy.values[row * sizes.columns + n] * in[k];
  });
  if (error)
    return error;
  return result;
}

} // namespace tenon::reference
