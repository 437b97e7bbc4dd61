// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention in double precision: scores of queries and keys, what follows from them, and back.
#pragma once
#include "tensor.h"

#include <functional>

namespace tenon::reference {

/// The number of an attention's heads: query head h uses key head h / (queries / keys).
struct Heads {
  int64_t queries, keys;
};

/// Queries (B, T, heads D) times keys (B, P, key heads D): (B, T, heads, J), 0 from key P on.
Tensor attentionProducts(const Tensor &queries, const Tensor &keys, Heads heads, int64_t J);

/// What softmax is of, for queries at positions offset .. offset + T - 1.
struct Scores {
  Tensor of; // (B, T, heads, J)
  int64_t offset = 0;
  bool bidirectional = false;

  /// Keys that query t sees.
  int64_t seen(int64_t t) const { return bidirectional ? of.last() : offset + t + 1; }
};
/// The products divided by sqrt(D).
Scores scaledScores(const Tensor &queries, const Tensor &keys, Heads heads, int64_t offset = 0,
                    bool bidirectional = false);

/// The means of values (B, P, key heads D), weighted by softmax: (B, T, heads D). 0 where all
/// scores are -infinity.
Tensor attention(const Scores &scores, const Tensor &values, Heads heads);

/// (B, heads, T): log of the sum of attention's exponentials; 0 where there are none.
Tensor attentionLse(const Scores &scores);

/// What score functions make of products: what lies below `least` counts as that, but for
/// -infinity.
Tensor boundedScores(Tensor scores, double least);
/// And its gradient by that of what it makes.
Tensor boundedScoresBackward(const Tensor &scores, double least, Tensor gradient);

/// Of queries, keys and values.
struct AttentionGradients {
  Tensor dq, dk, dv;
};
/// For q, y and dy (B, T, heads D), k and v (B, T, key heads D), lse (B, heads, T). `back` makes
/// the gradient of the products of that of the scores.
AttentionGradients attentionBackward(const Scores &scores,
                                     const std::function<Tensor(const Tensor &)> &back,
                                     const Tensor &q, const Tensor &k, const Tensor &v,
                                     const Tensor &y, const Tensor &lse, const Tensor &dy,
                                     Heads heads);
/// Of scaled scores.
AttentionGradients attentionBackward(const Tensor &q, const Tensor &k, const Tensor &v,
                                     const Tensor &y, const Tensor &lse, const Tensor &dy,
                                     Heads heads, bool bidirectional = false);

} // namespace tenon::reference
