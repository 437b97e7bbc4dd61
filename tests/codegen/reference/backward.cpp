// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every backward operation against central differences of its forward, over awkward shapes.
#include "backward.h"
#include "attention_ops.h"
#include "differences.h"
#include "ops.h"

#include <catch2/catch.hpp>

using namespace tenon::reference;
using namespace tenon::test;
using Values = std::vector<double>;

namespace {
template <class T>
T unwrap(llvm::Expected<T> value) {
  INFO((value ? "" : llvm::toString(value.takeError())));
  REQUIRE(static_cast<bool>(value));
  return std::move(*value);
}
} // namespace

TEST_CASE("embedding backward: repeated and never used ids") {
  Tensor table = randomTensor({5, 3}, 1), dy = randomTensor({2, 4, 3}, 2);
  Tensor ids{{2, 4}, {1, 4, 1, 1, 0, 4, 1, 2}}; // 3 is not used
  Tensor gradient = unwrap(embeddingBackward(dy, ids, 5));
  checkGradient(table, dy, gradient, [&](const Tensor &t) { return unwrap(embedding(t, ids)); });
  CHECK(gradient.values[3 * 3] == 0);
  CHECK(unwrap(embeddingBackward({{1, 1}, {2}}, {{1}, {0}}, 2)).values == Values{2, 0});
  auto outside = embeddingBackward(dy, {{2, 4}, {1, 5, 1, 1, 0, 4, 1, 2}}, 5);
  REQUIRE_FALSE(static_cast<bool>(outside));
  CHECK(llvm::toString(outside.takeError()) == "id 5 is not an integer in [0, 5)");
}

TEST_CASE("add's smaller side gets a sum over leading dimensions") {
  Tensor x = randomTensor({2, 3, 5}, 3), dy = randomTensor({2, 3, 5}, 4);
  for (llvm::SmallVector<int64_t> shape : {llvm::SmallVector<int64_t>{5}, {3, 5}}) {
    Tensor y = randomTensor(shape, 5);
    checkGradient(y, dy, sumLeading(dy, shape), [&](const Tensor &v) { return add(x, v); });
  }
}

TEST_CASE("layer norm backward") {
  for (int64_t C : {1, 2, 7}) {
    Tensor x = randomTensor({3, 2, C}, 6), weight = randomTensor({C}, 7);
    Tensor bias = randomTensor({C}, 8), dy = randomTensor({3, 2, C}, 9);
    for (double epsilon : {1e-5, 0.5}) {
      checkGradient(x, dy, layerNormBackward(x, weight, dy, epsilon),
                    [&](const Tensor &v) { return layerNorm(v, weight, &bias, epsilon); });
      checkGradient(weight, dy, layerNormBackwardWeight(x, dy, epsilon),
                    [&](const Tensor &v) { return layerNorm(x, v, &bias, epsilon); });
      checkGradient(bias, dy, sumLeading(dy, {C}),
                    [&](const Tensor &v) { return layerNorm(x, weight, &v, epsilon); });
    }
  }
}

TEST_CASE("linear backward, the weight stored either way") {
  int64_t K = 3, N = 5;
  Tensor x = randomTensor({2, 3, K}, 10), dy = randomTensor({2, 3, N}, 11);
  Tensor bias = randomTensor({N}, 12);
  for (bool transposed : {false, true}) {
    Tensor weight = transposed ? randomTensor({N, K}, 13) : randomTensor({K, N}, 13);
    checkGradient(x, dy, linearBackward(dy, weight, transposed),
                  [&](const Tensor &v) { return linear(v, weight, &bias, transposed); });
    checkGradient(weight, dy, linearBackwardWeight(x, dy, transposed),
                  [&](const Tensor &v) { return linear(x, v, &bias, transposed); });
    checkGradient(bias, dy, sumLeading(dy, {N}),
                  [&](const Tensor &v) { return linear(x, weight, &v, transposed); });
  }
}

TEST_CASE("linear backward over several dimensions, the weight stored either way") {
  Tensor x = randomTensor({3, 2, 4}, 50), dy = randomTensor({3, 5, 1, 2}, 51);
  Tensor bias = randomTensor({5, 1, 2}, 52);
  for (bool transposed : {false, true}) {
    Tensor weight =
        transposed ? randomTensor({5, 1, 2, 2, 4}, 53) : randomTensor({2, 4, 5, 1, 2}, 53);
    checkGradient(x, dy, linearBackward(dy, weight, transposed, 3),
                  [&](const Tensor &v) { return linear(v, weight, &bias, transposed, 2); });
    checkGradient(weight, dy, linearBackwardWeight(x, dy, transposed, 2, 3),
                  [&](const Tensor &v) { return linear(x, v, &bias, transposed, 2); });
    checkGradient(bias, dy, sumLeading(dy, {5, 1, 2}),
                  [&](const Tensor &v) { return linear(x, weight, &v, transposed, 2); });
  }
}

TEST_CASE("the two forms of gelu backward") {
  Tensor x = randomTensor({1, 40}, 14), dy = randomTensor({1, 40}, 15);
  for (double &value : x.values)
    value *= 3;
  checkGradient(x, dy, geluTanhBackward(x, dy), geluTanh);
  checkGradient(x, dy, geluErfBackward(x, dy), geluErf);
  Tensor far{{2}, {-40, 40}}, one{{2}, {1, 1}};
  CHECK(geluTanhBackward(far, one).values == Values{0, 1});
  CHECK(geluErfBackward(far, one).values == Values{0, 1});
}

TEST_CASE("attention backward by the log-sum-exp") {
  // B, T, query heads, key heads, D: the same heads, grouped, one key head.
  for (auto [B, T, H, K, D] :
       {std::array<int64_t, 5>{1, 1, 1, 1, 1}, {2, 5, 3, 3, 2}, {1, 7, 6, 2, 3}, {2, 4, 5, 1, 1}}) {
    Heads heads{H, K};
    Tensor q = randomTensor({B, T, H * D}, 16), k = randomTensor({B, T, K * D}, 26);
    Tensor v = randomTensor({B, T, K * D}, 27), dy = randomTensor({B, T, H * D}, 17);
    Scores scores = scaledScores(q, k, heads);
    Tensor lse = attentionLse(scores), y = attention(scores, v, heads);
    CHECK(lse.shape == llvm::SmallVector<int64_t>{B, H, T});
    AttentionGradients gradients = attentionBackward(q, k, v, y, lse, dy, heads);
    checkGradient(q, dy, gradients.dq,
                  [&](const Tensor &x) { return attention(scaledScores(x, k, heads), v, heads); });
    checkGradient(k, dy, gradients.dk,
                  [&](const Tensor &x) { return attention(scaledScores(q, x, heads), v, heads); });
    checkGradient(v, dy, gradients.dv,
                  [&](const Tensor &x) { return attention(scaledScores(q, k, heads), x, heads); });
  }
  // Scores that an exponential by itself would not survive.
  Tensor one{{1, 2, 1}, {1, 1}}, large{{1, 2, 1}, {1000, 1000}};
  CHECK(attentionLse(scaledScores(one, large, {1, 1})).values ==
        Values{1000, 1000 + std::log(2.0)});
}

TEST_CASE("cross-entropy backward leaves ignored targets out") {
  Tensor logits = randomTensor({2, 3, 4}, 18), targets{{2, 3}, {3, -1, 0, 2, 2, -1}};
  auto forward = [&](const Tensor &v) {
    return maskedMean(unwrap(tokenCrossEntropy(v, targets, -1)), targets, -1);
  };
  Tensor gradient = unwrap(crossEntropyBackward(logits, targets, 0.7, -1));
  checkGradient(logits, {{}, {0.7}}, gradient, forward);
  CHECK(gradient.values[1 * 4] == 0);
  Tensor none{{2, 3}, {-1, -1, -1, -1, -1, -1}};
  CHECK(unwrap(crossEntropyBackward(logits, none, 1, -1)).values == Values(24, 0));
  auto outside = crossEntropyBackward(logits, targets, 1, -100);
  REQUIRE_FALSE(static_cast<bool>(outside));
  CHECK(llvm::toString(outside.takeError()) == "target -1 is not an integer in [0, 4)");
}

TEST_CASE("the fused head's gradients are those of its parts") {
  Tensor x = randomTensor({2, 2, 3}, 19), bias = randomTensor({5}, 20);
  Tensor targets{{2, 2}, {4, -1, 4, 0}};
  for (bool transposed : {false, true}) {
    Tensor weight = transposed ? randomTensor({5, 3}, 21) : randomTensor({3, 5}, 21);
    auto loss = [&](const Tensor &x, const Tensor &weight, const Tensor &bias) {
      Tensor losses = unwrap(tokenCrossEntropy(linear(x, weight, &bias, transposed), targets, -1));
      return maskedMean(losses, targets, -1);
    };
    HeadGradients all = unwrap(headCrossEntropy(x, weight, &bias, targets, 2.5, -1, transposed));
    CHECK(all.loss.values == loss(x, weight, bias).values);
    Tensor dloss{{}, {2.5}};
    checkGradient(x, dloss, all.dx, [&](const Tensor &v) { return loss(v, weight, bias); });
    checkGradient(weight, dloss, all.dweight, [&](const Tensor &v) { return loss(x, v, bias); });
    checkGradient(bias, dloss, all.dbias, [&](const Tensor &v) { return loss(x, weight, v); });
  }
}

TEST_CASE("the gradient of a shift is one in the other direction") {
  Tensor x = randomTensor({2, 5, 3}, 81), dy = randomTensor({2, 5, 3}, 82);
  for (int64_t by : {1, 3, -2})
    checkGradient(x, dy, shift(dy, -by, 0, 5), [&](const Tensor &v) { return shift(v, by, 0, 5); });
}
