// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See attention_ops.h.
#include "attention_ops.h"

#include <algorithm>
#include <cmath>

using namespace llvm;

namespace tenon::reference {

Tensor attentionProducts(const Tensor &queries, const Tensor &keys, Heads heads, int64_t J) {
  int64_t B = queries.shape[0], T = queries.shape[1], P = keys.shape[1];
  int64_t D = queries.last() / heads.queries, group = heads.queries / heads.keys;
  Tensor result = Tensor::zeros({B, T, heads.queries, J});
  for (int64_t row = 0; row < B * T * heads.queries; ++row) {
    int64_t b = row / (T * heads.queries), h = row % heads.queries;
    const double *query = queries.values.data() + row * D;
    for (int64_t j = 0; j < P; ++j) {
      const double *key = keys.row(b * P + j) + h / group * D;
      for (int64_t d = 0; d < D; ++d)
        result.row(row)[j] += query[d] * key[d];
    }
  }
  return result;
}

Scores scaledScores(const Tensor &queries, const Tensor &keys, Heads heads, int64_t offset,
                    bool bidirectional) {
  Scores scores{attentionProducts(queries, keys, heads, keys.shape[1]), offset, bidirectional};
  double root = std::sqrt(static_cast<double>(queries.last() / heads.queries));
  for (double &score : scores.of.values)
    score /= root;
  return scores;
}

Tensor boundedScores(Tensor scores, double least) {
  for (double &score : scores.values)
    if (score < least && score != -INFINITY)
      score = least;
  return scores;
}

Tensor boundedScoresBackward(const Tensor &scores, double least, Tensor gradient) {
  for (auto [score, value] : llvm::zip_equal(scores.values, gradient.values))
    if (score < least)
      value = 0;
  return gradient;
}

namespace {
/// The scores of one query and head.
struct Row {
  const double *begin, *end;

  Row(const Scores &scores, int64_t b, int64_t t, int64_t h) {
    int64_t T = scores.of.shape[1], H = scores.of.shape[2];
    begin = scores.of.row((b * T + t) * H + h);
    end = begin + scores.seen(t);
  }
  double greatest() const { return *std::max_element(begin, end); }
  bool isHidden() const {
    return std::all_of(begin, end, [](double score) { return score == -INFINITY; });
  }
};
} // namespace

Tensor attention(const Scores &scores, const Tensor &values, Heads heads) {
  int64_t B = scores.of.shape[0], T = scores.of.shape[1], P = values.shape[1];
  int64_t D = values.last() / heads.keys, group = heads.queries / heads.keys;
  Tensor result = Tensor::zeros({B, T, heads.queries * D});
  for (int64_t b = 0; b < B; ++b)
    for (int64_t t = 0; t < T; ++t)
      for (int64_t h = 0; h < heads.queries; ++h) {
        Row row(scores, b, t, h);
        if (row.isHidden())
          continue;
        int64_t shared = h / group * D; // where the key head's channels begin
        double *out = result.row(b * T + t) + h * D;
        std::vector<double> weight(row.begin, row.end);
        double greatest = row.greatest(), sum = 0;
        for (double &w : weight)
          sum += w = std::exp(w - greatest);
        for (size_t j = 0; j < weight.size(); ++j)
          for (int64_t d = 0; d < D; ++d)
            out[d] += weight[j] / sum * values.row(b * P + j)[shared + d];
      }
  return result;
}

Tensor attentionLse(const Scores &scores) {
  int64_t B = scores.of.shape[0], T = scores.of.shape[1], H = scores.of.shape[2];
  Tensor result = Tensor::zeros({B, H, T});
  for (int64_t b = 0; b < B; ++b)
    for (int64_t h = 0; h < H; ++h)
      for (int64_t t = 0; t < T; ++t) {
        Row row(scores, b, t, h);
        if (row.isHidden())
          continue;
        double greatest = row.greatest(), sum = 0;
        for (const double *score = row.begin; score != row.end; ++score)
          sum += std::exp(*score - greatest);
        result.row(b * H + h)[t] = greatest + std::log(sum);
      }
  return result;
}

AttentionGradients attentionBackward(const Scores &scores,
                                     const std::function<Tensor(const Tensor &)> &back,
                                     const Tensor &q, const Tensor &k, const Tensor &v,
                                     const Tensor &y, const Tensor &lse, const Tensor &dy,
                                     Heads heads) {
  int64_t B = q.shape[0], T = q.shape[1], D = q.last() / heads.queries;
  int64_t group = heads.queries / heads.keys;
  AttentionGradients result{Tensor::zeros(q.shape), Tensor::zeros(k.shape), Tensor::zeros(v.shape)};
  auto forAll = [&](auto body) {
    for (int64_t b = 0; b < B; ++b)
      for (int64_t h = 0; h < heads.queries; ++h)
        for (int64_t i = 0; i < T; ++i)
          for (int64_t j = 0; j < scores.seen(i); ++j)
            body((b * T + i) * heads.queries + h, j, (b * T + i) * q.last() + h * D,
                 (b * T + j) * k.last() + h / group * D, lse.row(b * heads.queries + h)[i]);
  };
  Tensor gradient = Tensor::zeros(scores.of.shape);
  forAll([&](int64_t row, int64_t j, int64_t query, int64_t key, double lse) {
    double p = std::exp(scores.of.row(row)[j] - lse);
    for (int64_t d = 0; d < D; ++d) {
      gradient.row(row)[j] += p * dy.values[query + d] * (v.values[key + d] - y.values[query + d]);
      result.dv.values[key + d] += p * dy.values[query + d];
    }
  });
  gradient = back(gradient);
  forAll([&](int64_t row, int64_t j, int64_t query, int64_t key, double) {
    double g = gradient.row(row)[j];
    for (int64_t d = 0; d < D; ++d) {
      result.dq.values[query + d] += g * k.values[key + d];
      result.dk.values[key + d] += g * q.values[query + d];
    }
  });
  return result;
}

AttentionGradients attentionBackward(const Tensor &q, const Tensor &k, const Tensor &v,
                                     const Tensor &y, const Tensor &lse, const Tensor &dy,
                                     Heads heads, bool bidirectional) {
  auto back = [&](const Tensor &gradient) {
    Tensor scaled = gradient;
    for (double &value : scaled.values)
      value /= std::sqrt(static_cast<double>(q.last() / heads.queries));
    return scaled;
  };
  return attentionBackward(scaledScores(q, k, heads, 0, bidirectional), back, q, k, v, y, lse, dy,
                           heads);
}

} // namespace tenon::reference
